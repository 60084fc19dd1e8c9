// Which part of the webhooks each sending process has.
import { expect, test } from '@jest/globals';
import { shareOf } from '../../src/jobs/webhooks/share.ts';

test.each([
  [0, ['a', 'b'], [0, 0]],
  [1, ['a', 'b'], [1, 0]],
  [4, ['c', 'b', 'a'], [2, 1, 1]],
  [7, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], [1, 1, 1, 1, 1, 1, 1, 0]],
  [100, ['a'], [100]],
])('%d among %j are shared whole and evenly', (webhooks, senders, shares) => {
  expect(senders.toSorted().map((own) => shareOf(webhooks, senders, own))).toEqual(shares);
});

test('one that is not seen yet counts itself', () => {
  expect(shareOf(9, ['a', 'b'], 'c')).toBe(3);
  expect(shareOf(9, [], 'c')).toBe(9);
});
