// The picking of an order: what a scan means, what a step reports and how it is undone, the order of the walk, shelves.
import { describe, expect, test } from '@jest/globals';
import {
  byAisle,
  isAnythingFound,
  isDone,
  meaningOf,
  nextLine,
  unitsLeft,
  unitsToFind,
  unitsTooMany,
  withFound,
  withMissing,
  withoutFound,
  withoutMissing,
} from '../../src/web/tablet/src/screens/pick/pickState.ts';
import { following, offered, readUsed, withUsed } from '../../src/web/tablet/src/screens/pick/shelfNames.ts';
import { lineOf } from '../support/tabletOrders.ts';

const items = new Map([
  ['TABLE', { barcodes: ['2041700001004'] }],
  ['LAMPE', { barcodes: ['036000291452'] }],
]);
const table = lineOf({ sku: 'TABLE', quantity: 3 });
const lamp = lineOf({ sku: 'LAMPE', quantity: 1 });

describe('a scan', () => {
  test.each([
    ['of a barcode of a line is a unit of it', '2041700001004', 'found', 'TABLE'],
    ['of twelve digits is the article of thirteen', '0036000291452', 'found', 'LAMPE'],
    ['of a sku is a unit of it', 'TABLE', 'found', 'TABLE'],
  ])('%s', (_case, code, kind, sku) => {
    expect(meaningOf(code, [table, lamp], items)).toMatchObject({ kind, line: { sku } });
  });

  test('of an article of which there is enough is no further unit', () => {
    const full = { ...lamp, picked: 1 };
    expect(meaningOf('036000291452', [table, full], items)).toEqual({ kind: 'enough', line: full });
  });

  test('of anything else is wrong', () => {
    expect(meaningOf('4006381333931', [table, lamp], items)).toEqual({ kind: 'wrong' });
  });
});

describe('a step reports totals', () => {
  test('of what was found, never more than are wanted', () => {
    expect([withFound(table, 1), withFound({ ...table, picked: 2 }, 5)]).toEqual([
      { sku: 'TABLE', picked: 1 },
      { sku: 'TABLE', picked: 3 },
    ]);
  });

  test('of what is missing, with its reason and beside what was found', () => {
    expect(withMissing({ ...table, picked: 1 }, 9, 'damaged')).toEqual({
      sku: 'TABLE',
      picked: 1,
      missing: 2,
      reason: 'damaged',
    });
  });

  test('and is undone by the totals before it', () => {
    const found = { ...table, picked: 2 };
    expect(withoutFound(found, 2)).toEqual({ sku: 'TABLE', picked: 0 });
    const missing = { ...found, missing: 1, missingReason: 'not_found' as const };
    // A reason for no missing unit is refused by the API.
    expect(withoutMissing(missing, 1)).toEqual({ sku: 'TABLE', picked: 2, missing: 0 });
  });
});

test('an order is done when each unit is found or missing, and worth staging when one was found', () => {
  const half = [{ ...table, picked: 1 }, lamp];
  const done = [
    { ...table, picked: 2, missing: 1 },
    { ...lamp, missing: 1 },
  ];
  const nothing = [{ ...lamp, missing: 1 }];
  expect([half, done, nothing, []].map((lines) => [isDone(lines), isAnythingFound(lines)])).toEqual([
    [false, true],
    [true, true],
    [true, false],
    [false, false],
  ]);
  expect(half.map(unitsLeft)).toEqual([2, 1]);
});

test('what a till sold of an order is not looked for, and not missing', () => {
  const sold = { ...table, collected: 1 };
  expect([unitsToFind(sold), unitsLeft(sold), unitsLeft({ ...sold, picked: 1 })]).toEqual([2, 2, 1]);
  expect(withFound(sold, 3)).toEqual({ sku: 'TABLE', picked: 2 });
  expect(withMissing({ ...sold, picked: 1 }, 9, 'not_found')).toMatchObject({ picked: 1, missing: 1 });
  const full = { ...sold, picked: 2 };
  expect([meaningOf('TABLE', [full], items).kind, isDone([full])]).toEqual(['enough', true]);
  // Sold after both were found: the bag may hold one too many, and none is missing.
  expect(unitsLeft({ ...sold, picked: 3 })).toBe(0);
  expect([unitsTooMany({ ...sold, picked: 3 }), unitsTooMany(full), unitsTooMany(table)]).toEqual([1, 0, 0]);
});

test('the walk goes by aisle, with numbers as numbers, and ends with what has no place', () => {
  const lines = ['B2', null, 'A10', 'A2'].map((aisle, at) => ({ ...table, sku: `S${at}`, aisle }));
  const walk = byAisle(lines, ({ aisle }) => aisle);
  expect(walk.map(({ aisle }) => aisle)).toEqual(['A2', 'A10', 'B2', null]);
  const [first = table] = walk;
  expect(nextLine([{ ...first, picked: 3 }, ...walk.slice(1)])?.sku).toBe('S2');
});

describe('shelves', () => {
  test.each([
    ['B11', 'B12'],
    ['Bac 9', 'Bac 10'],
    ['A-09', 'A-10'],
    ['Fond', null],
  ])('after %s comes %s', (shelf, next) => {
    expect(following(shelf)).toBe(next);
  });

  test('that are offered begin with where this customer’s other order lies, then the next free number', () => {
    expect(offered(['B2', 'A1'], ['C9'])).toEqual(['C9', 'B3', 'B2', 'A1']);
    expect(offered([], [])).toEqual([]);
  });

  test('are remembered once each, the newest first, six at most', () => {
    expect(withUsed(['A', 'B', 'C', 'D', 'E', 'F'], 'C')).toEqual(['C', 'A', 'B', 'D', 'E', 'F']);
    expect(withUsed(['A', 'B', 'C', 'D', 'E', 'F'], 'G')).toHaveLength(6);
  });

  test.each([null, 'no json', '{"a":1}', '[1,2]'])('kept as %s are none', (text) => {
    expect(readUsed(text)).toEqual([]);
  });
});
