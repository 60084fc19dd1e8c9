// Loading a transfer, and what an order that waits for one says of it.
import { describe, expect, test } from '@jest/globals';
import { afterEvent } from '../../src/web/tablet/src/data/facts.ts';
import type { ActionOf, Order } from '../../src/web/tablet/src/data/model.ts';
import { nextRequest } from '../../src/web/tablet/src/data/requests.ts';
import { flagsOf } from '../../src/web/tablet/src/screens/queue/cards.ts';
import type { Transfer, TransferLine } from '../../src/web/tablet/src/screens/transfers/receiving.ts';
import {
  afterShip,
  shipBody,
  unitsLeftBehind,
  withAllLoaded,
  withLoaded,
} from '../../src/web/tablet/src/screens/transfers/shipping.ts';
import { eventOf, lineOf, orderOf } from '../support/tabletOrders.ts';

const STORE = 'FR-LILLE-01';
const line = (sku: string, quantity: number): TransferLine => ({
  ...{ sku, quantity, shipped: 0, received: 0, damaged: 0, lost: 0, outstanding: 0, atRisk: false },
});
const cushions = line('CUSHION', 6);
const lamps = line('LAMP', 1);
const transfer: Transfer = {
  ...{ id: 'trf_1', status: 'created', from: STORE, to: 'FR-LYON-01', lines: [cushions, lamps] },
  ...{ expectedAt: '2026-11-24T09:00:00Z', late: false, shippable: true, version: 1 },
  ...{ reservationId: null, reference: null },
};

describe('loading a lorry', () => {
  test('what is loaded is told by line, and a line of which nothing is loaded is not named', () => {
    expect(shipBody(transfer, {})).toBeNull();
    const loaded = withLoaded({}, cushions, 5);
    expect(shipBody(transfer, loaded)).toEqual({ lines: [{ sku: 'CUSHION', quantity: 5 }] });
    expect(unitsLeftBehind(transfer, loaded)).toBe(2);
  });

  test('no more is loaded than was asked for', () => {
    expect(withLoaded({}, lamps, 3)).toEqual({ LAMP: 1 });
    expect(unitsLeftBehind(transfer, transfer.lines.reduce(withAllLoaded, {}))).toBe(0);
  });

  test('what is loaded is on its way, the rest stays', () => {
    const after = afterShip(transfer, { CUSHION: 5 });
    expect(after).toMatchObject({ status: 'shipped', shippable: false });
    expect(after.lines.map(({ shipped, outstanding }) => ({ shipped, outstanding }))).toEqual([
      { shipped: 5, outstanding: 5 },
      { shipped: 0, outstanding: 0 },
    ]);
  });

  test('it is one call under one key, without a time of its own', () => {
    const body = { lines: [{ sku: 'CUSHION', quantity: 5 }] };
    const action: ActionOf<'shipTransfer'> = {
      ...{ id: 'key', kind: 'shipTransfer', subject: 'trf_1', at: '2026-11-22T09:00:00Z', body },
      ...{ sequence: 1, location: STORE, knownVersion: null, state: 'waiting' },
    };
    expect(nextRequest(action, [])).toEqual({ path: '/v1/transfers/trf_1/ship', key: 'key', body });
    expect(nextRequest(action, [{}])).toBeNull();
  });
});

describe('an order that waits for a transfer', () => {
  const transferred = { id: 'trf_1', from: 'DEPOT', status: 'created', expectedAt: '2026-11-24T09:00:00Z' };
  const waiting = orderOf({
    fulfilment: 'transfer',
    transfer: { ...transferred, late: false },
    lines: [lineOf({ awaited: 1 })],
  });
  const flags = (order: Order) => flagsOf({ ...order, pending: [], conflicts: [] }, STORE);
  const risk = (reason: string) =>
    eventOf({
      type: 'reservation.at_risk',
      version: waiting.version,
      data: { id: waiting.id, location: STORE, reason },
    });

  test.each([
    ['transfer-short', 'transferShort'],
    ['transfer-late', 'transferLate'],
  ])('told %s says so, until its transfer goes on', (reason, flag) => {
    const after = afterEvent(waiting, risk(reason));
    expect(after).toMatchObject({ risk: reason, isPartial: true });
    expect(flags(after ?? waiting)).toEqual([flag, 'awaiting']);
    const shipped = eventOf({
      type: 'reservation.transfer',
      data: { status: 'confirmed', lines: waiting.lines },
    });
    expect(flags(afterEvent(after ?? waiting, shipped) ?? waiting)).toEqual(['awaiting']);
  });

  test('is late where the API says so, whatever events told', () => {
    const late = { ...waiting, transfer: { ...transferred, late: true } };
    expect(flags(late)).toEqual(['transferLate', 'awaiting']);
  });

  test('got less than it awaited: its transfer was short', () => {
    expect(flags({ ...waiting, lines: [lineOf({ atRisk: true })] })).toEqual(['transferShort']);
    expect(flags(orderOf({ lines: [lineOf({ atRisk: true })] }))).toEqual(['atRisk']);
  });

  test('a risk that tells no status is read all the same, and one of an unknown order is nobody’s', () => {
    const event = eventOf({ type: 'reservation.at_risk', data: { lines: [{ sku: 'TABLE' }] } });
    expect(afterEvent(orderOf(), event)).toMatchObject({ isPartial: true });
    expect(afterEvent(undefined, event)).toBeNull();
  });
});
