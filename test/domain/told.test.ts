// What counter and tills tell of a line, entry by entry, and what the ledger still has to be told.
import { describe, expect, test } from '@jest/globals';
import { type LineEntry, missingSteps, type Tells, tellsOf } from '../../src/domain/told.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 15, 12, minute));

type Told = [tells: Exclude<Tells, 'corrected'>, units: number, minute: number];

const PART = {
  collected: 'out',
  sold: 'out',
  returned: 'back',
  returnedSold: 'back',
  damaged: 'damaged',
  missed: 'lost',
  found: 'lost',
} as const;

/** Writes each telling as the writer does: what it shows is written at once. */
function written(told: readonly Told[], line: { quantity: number; missing: number }): LineEntry[] {
  const entries: LineEntry[] = [];
  for (const [tells, units, minute] of told) {
    entries.push({ part: PART[tells], tells, units, onHandDelta: 0, at: at(minute) });
    for (const step of missingSteps(entries, line)) {
      entries.push({ ...step, tells: 'corrected', onHandDelta: step.units });
    }
    expect(missingSteps(entries, line)).toEqual([]);
  }
  return entries;
}

/** The net effect by minute. */
function effects(told: readonly Told[], line = { quantity: 2, missing: 0 }): Record<number, number> {
  const byMinute: Record<number, number> = {};
  for (const { at: when, onHandDelta } of written(told, line)) {
    const minute = when.getUTCMinutes();
    byMinute[minute] = (byMinute[minute] ?? 0) + onHandDelta;
  }
  return Object.fromEntries(Object.entries(byMinute).filter(([, units]) => units !== 0));
}

describe('units of a line for two', () => {
  test.each<[name: string, told: Told[], effect: Record<number, number>]>([
    ['leave when the counter says', [['collected', 2, 5]], { 5: -2 }],
    ['leave when the till says', [['sold', 2, 5]], { 5: -2 }],
    [
      'leave at the earlier of both, the till’s',
      [
        ['collected', 2, 9],
        ['sold', 2, 5],
      ],
      { 5: -2 },
    ],
    [
      'leave at the earlier of both, the counter’s',
      [
        ['sold', 2, 9],
        ['collected', 2, 5],
      ],
      { 5: -2 },
    ],
    [
      'leave one by one, each at its earlier time',
      [
        ['collected', 1, 3],
        ['sold', 2, 6],
        ['collected', 1, 9],
      ],
      { 3: -1, 6: -1 },
    ],
    [
      'are sold in two tickets',
      [
        ['collected', 2, 5],
        ['sold', 1, 2],
        ['sold', 1, 8],
      ],
      { 2: -1, 5: -1 },
    ],
    [
      'are fewer at the till',
      [
        ['collected', 2, 5],
        ['sold', 1, 4],
      ],
      { 4: -1, 5: -1 },
    ],
    [
      'are three at the till: one is an ordinary sale beside the line',
      [
        ['collected', 2, 5],
        ['sold', 3, 7],
      ],
      { 5: -2, 7: -1 },
    ],
    [
      'are sold under two tickets: the second is an ordinary sale',
      [
        ['sold', 2, 5],
        ['sold', 2, 7],
      ],
      { 5: -2, 7: -2 },
    ],
    [
      'come back once',
      [
        ['sold', 2, 1],
        ['returnedSold', 1, 6],
        ['returned', 1, 4],
      ],
      { 1: -2, 4: 1 },
    ],
    ['are not back before it is told that they left', [['returnedSold', 1, 6]], {}],
    [
      'are back when it is told at last that they had left',
      [
        ['returnedSold', 1, 6],
        ['sold', 2, 3],
      ],
      { 3: -2, 6: 1 },
    ],
    [
      'cannot be back before they left',
      [
        ['returnedSold', 1, 2],
        ['collected', 2, 5],
      ],
      { 5: -1 },
    ],
    [
      'cannot come back oftener than they left',
      [
        ['sold', 1, 1],
        ['returnedSold', 2, 4],
      ],
      { 1: -1, 4: 1 },
    ],
    [
      'come back damaged, told by the counter',
      [
        ['sold', 2, 1],
        ['returned', 1, 4],
        ['damaged', 1, 4],
      ],
      { 1: -2 },
    ],
    [
      'were damaged when the till took them back',
      [
        ['sold', 2, 1],
        ['returnedSold', 1, 4],
        ['returned', 1, 8],
        ['damaged', 1, 8],
      ],
      { 1: -2 },
    ],
    [
      'are damaged, and the till tells later that they came back',
      [
        ['sold', 2, 1],
        ['returned', 1, 8],
        ['damaged', 1, 8],
        ['returnedSold', 1, 4],
      ],
      { 1: -2 },
    ],
    [
      'come back, one of two damaged',
      [
        ['sold', 2, 1],
        ['returned', 1, 4],
        ['returned', 1, 6],
        ['damaged', 1, 6],
        ['returnedSold', 2, 5],
      ],
      { 1: -2, 4: 1 },
    ],
  ])('%s', (_, told, effect) => {
    expect(effects(told)).toEqual(effect);
  });

  test('that are missing cannot leave: what is sold beyond the rest is an ordinary sale', () => {
    expect(
      effects(
        [
          ['collected', 1, 5],
          ['sold', 2, 7],
        ],
        { quantity: 2, missing: 1 },
      ),
    ).toEqual({ 5: -1, 7: -1 });
  });

  // `missing` is what is still missing once everything is told.
  test.each<[name: string, told: Told[], missing: number, effect: Record<number, number>]>([
    ['missed are lost', [['missed', 2, 5]], 2, { 5: -2 }],
    [
      'missed after a till sold them were not lost',
      [
        ['missed', 2, 5],
        ['sold', 2, 1],
      ],
      0,
      { 1: -2 },
    ],
    [
      'missed and then sold after all leave when they were missed',
      [
        ['missed', 2, 5],
        ['sold', 1, 9],
      ],
      1,
      { 5: -2 },
    ],
    [
      'missed, found again and missed again leave the last time',
      [
        ['missed', 1, 2],
        ['found', 1, 4],
        ['missed', 1, 6],
        ['sold', 2, 8],
      ],
      0,
      { 2: -1, 4: 1, 6: -1, 8: -1 },
    ],
  ])('that picking %s', (_, told, missing, effect) => {
    expect(effects(told, { quantity: 2, missing })).toEqual(effect);
  });
});

test('sums by part stay true, however often units are moved to another instant', () => {
  const entries = written(
    [
      ['collected', 2, 9],
      ['sold', 2, 5],
      ['returned', 2, 20],
      ['damaged', 1, 20],
      ['returnedSold', 2, 15],
    ],
    { quantity: 2, missing: 0 },
  );
  const sumOf = (part: string) =>
    entries.filter((entry) => entry.part === part).reduce((sum, { onHandDelta }) => sum + onHandDelta, 0);
  expect(['out', 'back', 'damaged'].map(sumOf)).toEqual([-2, 2, -1]);
});

test.each([
  ['pos', 'sale', null, 'e1', 'out', 'sold'],
  ['pos', 'return', null, 'e1', 'back', 'returnedSold'],
  ['comptoir', 'sale', 'collected', 'rsv/2/collect/X', 'out', 'collected'],
  ['comptoir', 'return', 'returned', 'rsv/3/return.0/X', 'back', 'returned'],
  ['comptoir', 'damage', 'damaged', 'rsv/3/damage.0/X', 'damaged', 'damaged'],
  ['comptoir', 'sale', 'told_again', 'rsv/told-again/3/X', 'out', 'corrected'],
  ['comptoir', 'return', 'told_again', 'rsv/told-again/4/X', 'back', 'corrected'],
  ['comptoir', 'damage', 'told_again', 'rsv/told-again/5/X', 'damaged', 'corrected'],
  ['comptoir', 'loss', 'not_found', 'rsv/3/missing/X', 'lost', 'missed'],
  ['comptoir', 'damage', 'damaged', 'rsv/3/missing/X/damage.0', 'lost', 'missed'],
  ['comptoir', 'found', 'found', 'rsv/4/found/X', 'lost', 'found'],
  ['comptoir', 'loss', 'told_again', 'rsv/told-again/6/X', 'lost', 'corrected'],
])('an entry of %s, %s (%s, %s) is about %s and tells %s', (source, type, reason, eventId, part, tells) => {
  expect(tellsOf({ source, type, reason, eventId })).toEqual({ part, tells });
});

test.each([
  ['pos', 'damage', null, 'e1/damage.0/X'],
  ['pos', 'receipt', null, 'e1'],
  ['pos', 'loss', null, 'rsv/3/missing/X'],
  ['comptoir', 'transfer_in', 'transfer', 'trf/1/X'],
])('an entry of %s, %s (%s, %s) tells nothing of it', (source, type, reason, eventId) => {
  expect(tellsOf({ source, type, reason, eventId })).toBeNull();
});
