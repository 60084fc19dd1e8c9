// Where a reader of what happened has arrived: also one that comes back with its position as a cursor.
import { expect, test } from '@jest/globals';
import { boundary, decodeCursor, encodeCursor } from '../../src/domain/feedPosition.ts';
import { hasArrived } from '../../src/feed/history.ts';

const target = boundary('1-a', { xmax: 1_000, running: [7, 950] });
const elsewhere = [
  boundary('2-b', target.seen),
  boundary('1-a', { xmax: 1_000, running: [7, 949, 950] }),
  boundary('1-a', { xmax: 999, running: [7, 950] }),
  { ...boundary('1-a', { xmax: 900, running: [7] }), window: { to: target.seen, id: 5, top: 9 } },
];

test('who has arrived has nothing to read, whether it kept its position or was given it back as text', () => {
  expect(hasArrived(target, target)).toBe(true);
  expect(hasArrived(decodeCursor(encodeCursor(target)), target)).toBe(true);
});

test.each(elsewhere)('who is elsewhere has not: %j', (position) => {
  expect(hasArrived(decodeCursor(encodeCursor(position)), target)).toBe(false);
});
