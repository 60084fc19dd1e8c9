// The bell: which orders ring, how, and since when. And its sounds, as notes.
import { describe, expect, test } from '@jest/globals';
import { SOUNDS } from '../../src/web/tablet/src/app/tones.ts';
import type { Order } from '../../src/web/tablet/src/data/model.ts';
import { ringAfter, ringingOf, ringingSince } from '../../src/web/tablet/src/screens/queue/ringing.ts';
import { lineOf, orderOf } from '../support/tabletOrders.ts';

describe('an order', () => {
  test.each<[string, Partial<Order>, boolean]>([
    ['that was just placed rings', { status: 'confirmed' }, true],
    ['that somebody touched does not', { acknowledgedAt: '2026-03-02T09:00:00.000Z' }, false],
    ['that is being picked does not', { status: 'picking' }, false],
    ['that was cancelled does not', { status: 'cancelled' }, false],
    ['that is only held does not', { status: 'held' }, false],
    ['that waits for a transfer does not', { lines: [lineOf({ awaited: 1 })] }, false],
  ])('%s', (_case, order, rings) => {
    expect(ringingOf([orderOf({ id: 'rsv_1', status: 'confirmed', ...order })], new Set())).toHaveLength(
      rings ? 1 : 0,
    );
  });

  test('that was touched here does not ring, although the server does not know yet', () => {
    const orders = [orderOf({ id: 'rsv_1' }), orderOf({ id: 'rsv_2' })];
    expect(ringingOf(orders, new Set(['rsv_1'])).map(({ id }) => id)).toEqual(['rsv_2']);
  });
});

test('what rings keeps the instant at which it began; what stopped is forgotten', () => {
  const since = new Map([
    ['a', 10],
    ['b', 20],
  ]);
  expect([...ringingSince(since, [{ id: 'b' }, { id: 'c' }], 99)]).toEqual([
    ['b', 20],
    ['c', 99],
  ]);
});

test('after two minutes without a touch it rings harder and more often', () => {
  const [soft, hard] = [ringAfter(119_000), ringAfter(121_000)];
  expect([soft.sound, hard.sound]).toEqual(['ring', 'urgent']);
  expect(hard.again).toBeLessThan(soft.again);
});

test.each(Object.entries(SOUNDS))(
  '%s is over before it sounds again, and is never louder than a speaker',
  (name, notes) => {
    const ends = Math.max(...notes.map(({ at, seconds }) => at + seconds));
    expect(ends * 1_000).toBeLessThan(ringAfter(name === 'urgent' ? 600_000 : 0).again);
    expect(Math.max(...notes.map(({ volume }) => volume))).toBeLessThanOrEqual(1);
  },
);
