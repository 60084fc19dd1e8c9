// The cards of the queue: what they say and offer, and which of them a search or a scan finds.
import { describe, expect, test } from '@jest/globals';
import type { Order, OrderView } from '../../src/web/tablet/src/data/model.ts';
import {
  actionOf,
  type CardAction,
  type Flag,
  flagsOf,
  progressOf,
  timeLeft,
  unitsOf,
} from '../../src/web/tablet/src/screens/queue/cards.ts';
import { filtered, ordersOfScan } from '../../src/web/tablet/src/screens/queue/filter.ts';
import { lineOf, orderOf } from '../support/tabletOrders.ts';

const STORE = 'FR-LILLE-01';
const view = (order: Partial<OrderView> = {}): OrderView => ({
  ...orderOf(order),
  pending: [],
  conflicts: [],
  ...order,
});

describe('the time left', () => {
  const NOON = Date.parse('2026-03-02T12:00:00Z');
  test.each([
    ['2026-03-02T13:00:00.000Z', { tone: 'plain', left: 3_600_000 }],
    ['2026-03-02T12:05:00.000Z', { tone: 'warn', left: 300_000 }],
    ['2026-03-02T11:59:00.000Z', { tone: 'bad', left: -60_000 }],
  ])('to %s is %j at noon', (readyAt, time) => {
    expect(timeLeft({ promise: { readyAt } }, NOON)).toEqual(time);
  });

  test('is not told where nothing was promised', () => {
    expect(timeLeft({ promise: null }, NOON)).toBeNull();
  });
});

describe('the one thing to do next', () => {
  test.each<[string, Partial<Order>, CardAction]>([
    ['with a new order is to start it', { status: 'confirmed' }, 'start'],
    ['with one that waits for a transfer is nothing', { lines: [lineOf({ awaited: 1 })] }, null],
    ['with one’s own is to go on', { status: 'picking', takenBy: 'Amélie' }, 'goOn'],
    ['with a colleague’s is to take it over', { status: 'picking', takenBy: 'Karim' }, 'takeOver'],
    ['with a ready one is to hand it over', { status: 'ready' }, 'handOver'],
    ['with a cancelled one is to put it back', { status: 'cancelled', putBackPending: true }, 'putBack'],
    ['with a collected one is nothing', { status: 'collected' }, null],
  ])('%s', (_case, order, action) => {
    expect(actionOf(view({ status: 'confirmed', ...order }), 'Amélie')).toBe(action);
  });
});

test.each<[Partial<OrderView>, Flag[]]>([
  [{}, []],
  [{ lines: [lineOf({ atRisk: true })] }, ['atRisk']],
  [{ lines: [lineOf({ awaited: 2 })] }, ['awaiting']],
  [{ deliverTo: { city: 'Lille' } }, ['delivery']],
  [{ soldAt: 'FR-LYON-01' }, ['soldElsewhere']],
  [{ soldAt: STORE }, []],
  [{ status: 'ready', payment: 'in_store' }, ['toPay']],
  [{ pending: ['start'] }, ['waiting']],
])('%j is flagged as %j', (order, flags) => {
  expect(flagsOf(view(order), STORE)).toEqual(flags);
});

test('units count what is still wanted, progress what is done', () => {
  const lines = [lineOf({ sku: 'A', quantity: 3, picked: 1, missing: 1 }), lineOf({ sku: 'B', quantity: 1 })];
  expect([unitsOf({ lines }), progressOf({ lines })]).toEqual([3, 0.5]);
  const sold = lines.map((line) => ({ ...line, collected: 1 }));
  expect([unitsOf({ lines: sold }), progressOf({ lines: sold })]).toEqual([1, 1]);
});

describe('the search', () => {
  const items = new Map([
    ['LAMPE', { name: { fr: 'Lampe à poser', en: 'Table lamp' }, barcodes: ['0036000291452'] }],
  ]);
  const orders = [
    view({
      id: 'rsv_1',
      orderReference: 'FM-1',
      customer: { name: 'Zoé Lefèvre' },
      lines: [lineOf({ sku: 'LAMPE' })],
    }),
    view({ id: 'rsv_2', orderReference: 'FM-2', shelf: 'B12', lines: [lineOf({ sku: 'TABLE' })] }),
  ];
  const queue = { new: orders, picking: [], ready: [], late: [], putBack: [] };

  test.each([
    ['', ['rsv_1', 'rsv_2']],
    ['lefevre', ['rsv_1']],
    ['ZOE fm-1', ['rsv_1']],
    ['b12', ['rsv_2']],
    ['table lamp', ['rsv_1']],
    ['nobody', []],
  ])('for “%s” finds %j', (words, ids) => {
    expect(filtered(queue, words, items).new.map(({ id }) => id)).toEqual(ids);
  });

  test.each([
    ['FM-2', ['rsv_2']],
    ['036000291452', ['rsv_1']],
    ['TABLE', ['rsv_2']],
    ['4006381333931', []],
  ])('with the scan %s finds %j', (code, ids) => {
    expect(ordersOfScan(orders, code, items).map(({ id }) => id)).toEqual(ids);
  });
});
