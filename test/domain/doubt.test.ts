// What makes a level doubtful, and how much: the documented weights as a table.
import { describe, expect, test } from '@jest/globals';
import { type DoubtFigures, reasonsOf, scoreOf } from '../../src/domain/doubt.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const DAY = 86_400_000;
const FROM = NOW - 90 * DAY;

/** A level counted ten days ago that nothing speaks against. */
const QUIET: DoubtFigures = {
  onHand: 8,
  reserved: 1,
  countedAt: NOW - 10 * DAY,
  shortPicks: 0,
  unitsMissed: 0,
  lastMissedAt: null,
  movements: 2,
  unitsMoved: 2,
  lastMovedAt: NOW - 2 * DAY,
  unitsSold: 9,
  conflicts: 0,
  lastConflictAt: null,
};

const told = (change: Partial<DoubtFigures>, from = FROM) =>
  reasonsOf({ ...QUIET, ...change }, from, NOW).map(({ reason, points }) => `${reason} ${points}`);

test.each<[string, Partial<DoubtFigures>, string[]]>([
  ['nothing', {}, []],
  ['fewer than none', { onHand: -1, reserved: 0 }, ['negative_on_hand 50']],
  ['none, and none expected', { onHand: 0, reserved: 0 }, []],
  ['one short pick', { shortPicks: 1 }, ['short_pick 40']],
  ['three short picks', { shortPicks: 3 }, ['short_pick 60']],
  ['many short picks', { shortPicks: 30 }, ['short_pick 70']],
  ['fewer than reserved', { onHand: 1, reserved: 2 }, ['below_reserved 30']],
  ['as many as reserved', { onHand: 2, reserved: 2 }, []],
  ['fewer than reserved, as was counted', { onHand: 1, reserved: 2, movements: 0, unitsMoved: 0 }, []],
  [
    'fewer than reserved, and a count from before what is known',
    { onHand: 1, reserved: 2, movements: 0, unitsMoved: 0, countedAt: FROM - 1 },
    ['below_reserved 30'],
  ],
  ['never counted', { countedAt: null }, ['never_counted 20']],
  ['9 units since the count', { unitsMoved: 9 }, []],
  ['10 units since the count', { unitsMoved: 10 }, ['high_turnover 2']],
  ['1,000 units since the count', { unitsMoved: 1_000 }, ['high_turnover 20']],
  ['one conflict', { conflicts: 1 }, ['source_conflict 15']],
  ['nine conflicts', { conflicts: 9 }, ['source_conflict 30']],
  [
    'all at once, the weightiest first',
    { onHand: -2, countedAt: null, shortPicks: 2, unitsMoved: 50, conflicts: 1 },
    [
      'negative_on_hand 50',
      'short_pick 50',
      'below_reserved 30',
      'never_counted 20',
      'source_conflict 15',
      'high_turnover 10',
    ],
  ],
])('%s', (_, change, expected) => {
  expect(told(change)).toEqual(expected);
});

describe('silence', () => {
  const sellsDaily = { unitsSold: 90, countedAt: NOW - 60 * DAY };

  test.each([
    ['is nothing where no sale was to be expected', { unitsSold: 0, lastMovedAt: NOW - 80 * DAY }, []],
    ['is nothing for less than three expected sales', { ...sellsDaily, lastMovedAt: NOW - 2.9 * DAY }, []],
    [
      'counts from three expected sales on',
      { ...sellsDaily, lastMovedAt: NOW - 3 * DAY },
      ['long_silence 7'],
    ],
    ['counts at most as much as ten', { ...sellsDaily, lastMovedAt: NOW - 30 * DAY }, ['long_silence 25']],
    [
      'is nothing with an empty shelf',
      { ...sellsDaily, lastMovedAt: NOW - 30 * DAY, onHand: 0, reserved: 0 },
      [],
    ],
    ['is broken by a count', { ...sellsDaily, lastMovedAt: NOW - 30 * DAY, countedAt: NOW - 1 * DAY }, []],
    [
      'is as long for one that was never counted',
      { ...sellsDaily, lastMovedAt: NOW - 30 * DAY, countedAt: null },
      ['long_silence 25', 'never_counted 20'],
    ],
  ])('%s', (_, change, expected) => {
    expect(told(change)).toEqual(expected);
  });

  test('judges by a week at least: two sales on the first day are no rate', () => {
    const young = { unitsSold: 2, lastMovedAt: NOW - 1 * DAY };
    expect(told(young, NOW - 1.5 * DAY)).toEqual([]);
  });

  test('shows what it rests on', () => {
    const [reason] = reasonsOf({ ...QUIET, ...sellsDaily, lastMovedAt: NOW - 6 * DAY }, FROM, NOW);
    expect(reason).toEqual({
      reason: 'long_silence',
      points: 15,
      since: NOW - 6 * DAY,
      days: 6,
      soldPerDay: 1,
      expectedUnits: 6,
    });
  });
});

test('a score is the sum of its points', () => {
  const reasons = reasonsOf({ ...QUIET, onHand: -1, countedAt: null }, FROM, NOW);
  expect(scoreOf(reasons)).toBe(50 + 30 + 20);
});
