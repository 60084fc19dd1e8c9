// The counter's rules: whose order a scan or a word means, what has to be done before a hand-over, what is sent.
import { describe, expect, test } from '@jest/globals';
import type { Order, OrderView } from '../../src/web/tablet/src/data/model.ts';
import { findOrders, shortName } from '../../src/web/tablet/src/screens/counter/findOrders.ts';
import {
  amountOf,
  collectBody,
  type HandOver,
  isPart,
  lockedUntil,
  returnBody,
  stepsLeft,
} from '../../src/web/tablet/src/screens/counter/handOver.ts';
import { customerQr, readOrderCode, storeQr } from '../../src/web/tablet/src/screens/counter/orderCode.ts';
import { lineOf, orderOf } from '../support/tabletOrders.ts';

const viewOf = (order: Partial<Order>): OrderView => ({ ...orderOf(order), pending: [], conflicts: [] });

const ID = 'rsv_01M805GM0VVZQWX59QYNSPH2WS';

describe('codes', () => {
  test('a customer’s code names the order and its pickup code, the store’s own the order alone', () => {
    expect(readOrderCode(customerQr(ID, '482913'))).toEqual({ id: ID, pickupCode: '482913' });
    expect(readOrderCode(storeQr(ID))).toEqual({ id: ID, pickupCode: null });
  });

  test.each([
    ['of a scanner with Caps Lock', 'COMPTOIR:PICKUP:RSV_01M805GM0VVZQWX59QYNSPH2WS:482913'],
    ['of one that swaps signs', 'comptoir>pickup>rsv?01M805GM0VVZQWX59QYNSPH2WS>482913'],
    ['of an American scanner on a French keyboard', `co,ptoirMpickupMrsv°à&?_à(G?àVVWAZX(çAYNSPHéZSM'_éç&"`],
  ])('a code %s is read', (_, scan) => {
    expect(readOrderCode(scan)).toEqual({ id: ID, pickupCode: '482913' });
  });

  test.each(['3760123456789', 'FM-104197', 'https://example.com/rsv_01M805GM0VVZQWX59QYNSPH2WS', ''])(
    '%p is none of ours',
    (scan) => expect(readOrderCode(scan)).toBeNull(),
  );
});

describe('finding', () => {
  const ready = viewOf({ id: 'rsv_1', status: 'ready', shelf: 'A1', customer: { name: 'Chloé Meurisse' } });
  const picking = viewOf({ id: 'rsv_2', status: 'picking', customer: { name: 'Noé Chloris' } });
  const orders = [picking, ready];

  test('without a word there are the ready orders, with one all that it is in, ready ones first', () => {
    expect(findOrders(orders, ' ').map(({ id }) => id)).toEqual(['rsv_1']);
    expect(findOrders(orders, 'CHLO').map(({ id }) => id)).toEqual(['rsv_1', 'rsv_2']);
  });

  test('without a word none of the ready orders is left out, however many there are', () => {
    const many = Array.from({ length: 30 }, (_, n) => viewOf({ id: `rsv_${n}`, status: 'ready' }));
    expect(findOrders(many, '')).toHaveLength(30);
    expect(findOrders(many, 'A-1')).toHaveLength(20);
  });

  test('accents do not matter, each word may be of a name, a number or a shelf', () => {
    expect(findOrders(orders, 'chloe a1').map(({ id }) => id)).toEqual(['rsv_1']);
    expect(findOrders(orders, 'chloe z9')).toEqual([]);
  });

  test.each([
    ['Camille Martin', 'Camille M.'],
    ['Marie-Line de la tour', 'Marie-Line T.'],
    ['Cher', 'Cher'],
    ['  ', null],
  ])('%p is seen by others as %p', (name, seen) => {
    expect(shortName({ customer: { name }, deliverTo: null })).toBe(seen);
  });
});

describe('handing over', () => {
  const order = viewOf({
    status: 'ready',
    payment: 'in_store',
    lines: [
      lineOf({ sku: 'TABLE', quantity: 3, picked: 2, missing: 1 }),
      lineOf({ sku: 'LAMP', quantity: 1, picked: 1 }),
    ],
  });
  const done: HandOver = { proof: { by: 'code', code: '482913' }, identity: true, paid: true, units: {} };

  test('code, identity, payment and at least one unit are asked for, in this order', () => {
    const form: HandOver = {
      proof: { by: 'code', code: '' },
      identity: false,
      paid: false,
      units: { TABLE: 0, LAMP: 0 },
    };
    expect(stepsLeft(order, form)).toEqual(['code', 'identity', 'payment', 'units']);
    expect(stepsLeft(order, done)).toEqual([]);
    expect(stepsLeft({ ...order, payment: 'online' }, { ...done, paid: false })).toEqual([]);
  });

  test('an order that only events have told of is not handed over: whose it is and what is due is not known', () => {
    const told = { ...order, customer: null, payment: null, isPartial: true };
    expect(stepsLeft(told, done)).toEqual(['whole']);
    expect(stepsLeft({ ...told, isPartial: false }, done)).toEqual([]);
  });

  test('an override needs a reason and a name, and says both', () => {
    const proof = { by: 'override', reason: ' Lost phone ', name: '' } as const;
    expect(stepsLeft(order, { ...done, proof })).toEqual(['override']);
    expect(collectBody(order, { ...done, proof: { ...proof, name: 'Amélie' } })).toEqual({
      override: { reason: 'Lost phone (Amélie)' },
    });
  });

  test('a delivery needs a carrier, and nobody’s identity', () => {
    const proof = { by: 'dispatch', carrier: '', trackingNumber: '' } as const;
    const form: HandOver = { ...done, proof, identity: false };
    expect(stepsLeft(order, form)).toEqual(['dispatch']);
    expect(collectBody(order, { ...form, proof: { ...proof, carrier: 'Colissimo' } })).toEqual({
      dispatch: { carrier: 'Colissimo' },
    });
  });

  test('all of it names no lines, a part names its own, and never more than there is', () => {
    expect(collectBody(order, done)).toEqual({ pickupCode: '482913' });
    const part = { ...done, units: { TABLE: 9, LAMP: 0 } };
    expect(isPart(order, part.units)).toBe(true);
    expect(collectBody(order, part)).toEqual({
      pickupCode: '482913',
      lines: [{ sku: 'TABLE', quantity: 2 }],
    });
  });

  test('what is due adds up to the hundredth, and is not guessed where a price is unknown', () => {
    const price = (amount: number) => ({ price: { amount, currency: 'EUR' } });
    const lines = [
      { sku: 'TABLE', quantity: 1 },
      { sku: 'LAMP', quantity: 2 },
    ];
    const items = new Map([
      ['TABLE', price(0.1)],
      ['LAMP', price(0.1)],
    ]);
    expect(amountOf(lines, items)).toEqual({ amount: 0.3, currency: 'EUR' });
    expect(amountOf(lines, new Map([['TABLE', price(1)]]))).toBeNull();
  });

  test('a refusal tells until when no code is taken', () => {
    const at = Date.parse('2026-03-02T10:00:00Z');
    const until = '2026-03-02T10:04:00.000Z';
    expect(lockedUntil({ code: 'pickup-locked', lockedUntil: until }, at)).toBe(Date.parse(until));
    expect(lockedUntil({ code: 'wrong-pickup-code', triesLeft: 0 }, at)).toBe(at + 15 * 60_000);
    expect(lockedUntil({ code: 'wrong-pickup-code', triesLeft: 2 }, at)).toBeNull();
  });

  test('no more comes back than the customer has', () => {
    const collected = viewOf({
      status: 'collected',
      lines: [lineOf({ sku: 'TABLE', quantity: 3, picked: 3, collected: 3, returned: 1 })],
    });
    expect(returnBody(collected, { TABLE: { units: 3, condition: 'damaged' } })).toEqual({
      lines: [{ sku: 'TABLE', quantity: 2, condition: 'damaged' }],
    });
    expect(returnBody(collected, {})).toEqual({ lines: [] });
  });
});
