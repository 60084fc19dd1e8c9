// Putting back: what lies there, what a scan puts back, what is kept of it.
import { expect, test } from '@jest/globals';
import type { Order, OrderView } from '../../src/web/tablet/src/data/model.ts';
import {
  idsCounted,
  isAllBack,
  pruned,
  putBackLines,
  readProgress,
  scanned,
  toPutBack,
  withUnits,
} from '../../src/web/tablet/src/screens/putback/putBackList.ts';
import { lineOf, orderOf } from '../support/tabletOrders.ts';

const viewOf = (order: Partial<Order>): OrderView => ({ ...orderOf(order), pending: [], conflicts: [] });
const cancelled = viewOf({
  id: 'rsv_1',
  status: 'cancelled',
  putBackPending: true,
  lines: [
    lineOf({ sku: 'TABLE', quantity: 3, picked: 2, missing: 1 }),
    lineOf({ sku: 'LAMP', quantity: 1, picked: 0 }),
  ],
});
const items = new Map([
  ['TABLE', { barcodes: ['3760123456789'] }],
  ['LAMP', { barcodes: ['3760000000001'] }],
]);

test('what was picked and went with nobody is put back, and what never was there is not', () => {
  expect(putBackLines(cancelled, {})).toEqual([{ sku: 'TABLE', units: 2, done: 0 }]);
});

test('of an order that is refused in part only the refused units go back', () => {
  const lines = [lineOf({ sku: 'TABLE', quantity: 3, picked: 3, refused: 1 })];
  expect(putBackLines(viewOf({ id: 'rsv_2', status: 'ready', lines }), {})).toEqual([
    { sku: 'TABLE', units: 1, done: 0 },
  ]);
});

test('the order is done when each unit was scanned, by barcode or sku', () => {
  let progress = {};
  for (const code of ['3760123456789', 'TABLE']) {
    const result = scanned(code, [cancelled], items, progress);
    if (result.found !== 'line') throw new Error('nothing to put back');
    progress = withUnits(progress, result.id, result.sku, result.done);
  }
  expect(isAllBack(putBackLines(cancelled, progress))).toBe(true);
  expect(scanned('TABLE', [cancelled], items, progress)).toEqual({ found: 'already', sku: 'TABLE' });
});

test('a scanner that leaves out the zero before an article’s twelve digits puts it back', () => {
  const american = new Map([['TABLE', { barcodes: ['0036000291452'] }]]);
  expect(scanned('036000291452', [cancelled], american, {})).toMatchObject({ sku: 'TABLE', done: 1 });
});

test('a scan of something else puts nothing back', () => {
  expect(scanned('3760000000001', [cancelled], items, {})).toEqual({ found: 'nothing' });
});

test('a scan goes to the order that waits longest, and on to the next when that one is done', () => {
  const other = { ...cancelled, id: 'rsv_2', updatedAt: '2026-03-09T09:00:00.000Z' };
  const orders = toPutBack([other, viewOf({ id: 'rsv_3' }), cancelled]);
  expect(orders.map(({ id }) => id)).toEqual(['rsv_1', 'rsv_2']);
  expect(scanned('TABLE', orders, items, {})).toMatchObject({ id: 'rsv_1', done: 1 });
  expect(scanned('TABLE', orders, items, { rsv_1: { TABLE: 2 } })).toMatchObject({ id: 'rsv_2', done: 1 });
});

test.each([
  ['{"rsv_1":{"TABLE":1}}', { rsv_1: { TABLE: 1 } }],
  ['{"rsv_1":{"TABLE":"1"},"rsv_2":7}', { rsv_1: {}, rsv_2: {} }],
  ['not JSON', {}],
  [null, {}],
])('of what was kept, %p, no more is believed than it can say', (text, progress) => {
  expect(readProgress(text)).toEqual(progress);
});

test('what was refused and is back is not looked for again when the rest of its order is put back', () => {
  const lines = [lineOf({ sku: 'TABLE', quantity: 3, picked: 3, refused: 1 })];
  const ready = viewOf({ id: 'rsv_2', status: 'ready', putBackPending: false, lines });
  const progress = pruned({ rsv_2: { TABLE: 1 } }, idsCounted([ready]));
  const expired: OrderView = { ...ready, status: 'expired', putBackPending: true };
  expect(putBackLines(expired, progress)).toEqual([{ sku: 'TABLE', units: 3, done: 1 }]);
});

test('orders that nothing more comes back of are forgotten', () => {
  const orders = [cancelled, viewOf({ id: 'rsv_2', status: 'cancelled', putBackPending: false })];
  expect(pruned({ rsv_1: { TABLE: 1 }, rsv_2: {}, rsv_3: {} }, idsCounted(orders))).toEqual({
    rsv_1: { TABLE: 1 },
  });
});
