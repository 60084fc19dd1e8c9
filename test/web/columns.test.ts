// The queue's columns: which order stands where, and in which order.
import { expect, test } from '@jest/globals';
import { columnOf, queueOf } from '../../src/web/tablet/src/data/columns.ts';
import type { Column, Order } from '../../src/web/tablet/src/data/model.ts';
import { orderOf } from '../support/tabletOrders.ts';

const BEFORE = Date.parse('2026-03-02T09:59:59Z');
const AFTER = Date.parse('2026-03-02T10:00:01Z');

test.each<[Partial<Order>, number, Column | null]>([
  [{ status: 'confirmed' }, BEFORE, 'new'],
  [{ status: 'confirmed' }, AFTER, 'late'],
  [{ status: 'picking' }, BEFORE, 'picking'],
  [{ status: 'picking' }, AFTER, 'late'],
  [{ status: 'ready' }, AFTER, 'ready'],
  [{ status: 'confirmed', promise: null }, AFTER, 'new'],
  [{ status: 'cancelled', putBackPending: true }, AFTER, 'putBack'],
  [{ status: 'expired', putBackPending: true }, AFTER, 'putBack'],
  [{ status: 'cancelled' }, AFTER, null],
  [{ status: 'collected' }, AFTER, null],
  [{ status: 'held' }, AFTER, null],
])('%j at %i is in %s', (order, now, column) => {
  expect(columnOf(orderOf(order), now)).toBe(column);
});

test('the earliest promise stands first, the oldest order where they are equal, no promise last', () => {
  const orders = [
    orderOf({ id: 'none', promise: null }),
    orderOf({ id: 'later', promise: { readyAt: '2026-03-02T11:00:00.000Z' } }),
    orderOf({ id: 'younger', createdAt: '2026-03-02T09:01:00.000Z' }),
    orderOf({ id: 'older' }),
  ];
  expect(queueOf(orders, BEFORE).new.map(({ id }) => id)).toEqual(['older', 'younger', 'later', 'none']);
});
