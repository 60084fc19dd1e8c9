// One walk for several orders: stops by aisle, and which bag a unit goes into.
import { expect, test } from '@jest/globals';
import type { OrderView } from '../../src/web/tablet/src/data/model.ts';
import { bagsOf, ORDERS_MAX, shareOfScan, walkOf } from '../../src/web/tablet/src/screens/batch/walk.ts';
import { lineOf, orderOf } from '../support/tabletOrders.ts';

const picking = (id: string, lines: OrderView['lines']): OrderView => ({
  ...orderOf({ id, lines, status: 'picking' }),
  pending: [],
  conflicts: [],
});
const aisleOf = ({ aisle }: { aisle?: string | null }) => aisle ?? null;
const items = new Map([['MUG', { barcodes: ['2041700001004'] }]]);

const first = picking('rsv_1', [
  lineOf({ sku: 'LAMPE', quantity: 1, aisle: 'B1' }),
  lineOf({ sku: 'MUG', quantity: 2, picked: 1, aisle: 'A2' }),
]);
const second = picking('rsv_2', [lineOf({ sku: 'MUG', quantity: 1, aisle: 'A2' })]);

test('an article of two orders is one stop, with a share for each bag', () => {
  const stops = walkOf(bagsOf([first, second]), aisleOf);
  expect(
    stops.map(({ sku, aisle, wanted, left, shares }) => [sku, aisle, wanted, left, shares.length]),
  ).toEqual([
    ['MUG', 'A2', 3, 2, 2],
    ['LAMPE', 'B1', 1, 1, 1],
  ]);
});

test('a scanned unit goes into the first bag that still wants one, then into the next, then into none', () => {
  const bagAfter = (picks: readonly [number, number]) => {
    const orders = [
      picking('rsv_1', [lineOf({ sku: 'MUG', quantity: 2, picked: picks[0] })]),
      picking('rsv_2', [lineOf({ sku: 'MUG', quantity: 1, picked: picks[1] })]),
    ];
    const scan = shareOfScan('2041700001004', walkOf(bagsOf(orders), aisleOf), items);
    return scan.kind === 'wrong' ? scan.kind : [scan.kind, scan.share.bag.letter];
  };
  expect([bagAfter([1, 0]), bagAfter([2, 0]), bagAfter([2, 1])]).toEqual([
    ['found', 'A'],
    ['found', 'B'],
    ['enough', 'A'],
  ]);
});

test('what a till sold of an order is wanted in no bag', () => {
  const sold = picking('rsv_1', [lineOf({ sku: 'MUG', quantity: 2, collected: 1 })]);
  expect(walkOf(bagsOf([sold, second]), aisleOf)).toMatchObject([{ sku: 'MUG', wanted: 2, left: 2 }]);
});

test('a code of no article of the walk is wrong', () => {
  expect(shareOfScan('4006381333931', walkOf(bagsOf([first]), aisleOf), items)).toEqual({ kind: 'wrong' });
});

test('no more orders than there are bags on a trolley', () => {
  const many = Array.from({ length: ORDERS_MAX + 3 }, (_, at) => picking(`rsv_${at}`, []));
  expect(bagsOf(many).map(({ letter }) => letter)).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']);
});
