// Which buffer rule governs a level, what it makes of on hand, and the two formulas: tuning and silence.
import { describe, expect, test } from '@jest/globals';
import {
  BufferBook,
  type BufferRule,
  type BufferWay,
  silenceUnits,
  tunedPercent,
} from '../../src/domain/buffer.ts';

const HERE = 1;
const ELSEWHERE = 2;
const TABLE = 10;
const LAMP = 11;
const SCOPES = {
  skuHere: { locationId: HERE, itemId: TABLE, category: null },
  sku: { locationId: null, itemId: TABLE, category: null },
  categoryHere: { locationId: HERE, itemId: null, category: 'tables' },
  category: { locationId: null, itemId: null, category: 'tables' },
  here: { locationId: HERE, itemId: null, category: null },
  all: { locationId: null, itemId: null, category: null },
} as const;
type Name = keyof typeof SCOPES;
const ORDER = Object.keys(SCOPES) as Name[];

function ruleOf(name: Name, way: BufferWay = { kind: 'quantity', quantity: 1 }): BufferRule {
  return { ...SCOPES[name], id: name, way };
}
const level = { locationId: HERE, itemId: TABLE, category: 'tables' };
const units = (way: BufferWay, onHand: number) =>
  new BufferBook([ruleOf('all', way)], [{ locationId: HERE, category: 'tables', percent: 8 }]).unitsOf(
    ruleOf('all', way),
    level,
    onHand,
  );

describe('of the rules that hold for a level', () => {
  test.each(ORDER.map((name, at) => [name, ORDER.slice(at)] as const))(
    '%s wins over all that follow',
    (name, rest) => {
      const book = new BufferBook(
        rest.toReversed().map((one) => ruleOf(one)),
        [],
      );
      expect(book.ruleOf(level)?.id).toBe(name);
    },
  );

  test.each([
    ['another place', { ...level, locationId: ELSEWHERE }, 'sku'],
    ['another item', { ...level, itemId: LAMP }, 'categoryHere'],
    ['another item elsewhere', { locationId: ELSEWHERE, itemId: LAMP, category: 'tables' }, 'category'],
    ['an item without a category', { ...level, itemId: LAMP, category: null }, 'here'],
    ['nothing of it', { locationId: ELSEWHERE, itemId: LAMP, category: null }, 'all'],
  ])('none is about %s', (_, other, expected) => {
    const book = new BufferBook(
      ORDER.map((one) => ruleOf(one)),
      [],
    );
    expect(book.ruleOf(other)?.id).toBe(expected);
  });

  test('none at all keeps nothing', () => {
    const book = new BufferBook([ruleOf('skuHere')], []);
    const other = { ...level, itemId: LAMP };
    expect([book.ruleOf(other), book.unitsOf(null, other, 9)]).toEqual([null, 0]);
  });
});

describe('a rule keeps', () => {
  test.each<[string, BufferWay, number, number]>([
    ['its units', { kind: 'quantity', quantity: 3 }, 10, 3],
    ['its units, more than there are', { kind: 'quantity', quantity: 3 }, 1, 3],
    ['a share, rounded up', { kind: 'percent', percent: 10 }, 11, 2],
    ['a share that is whole, exactly', { kind: 'percent', percent: 7 }, 100, 7],
    ['a share in hundredths, exactly', { kind: 'percent', percent: 4.35 }, 10_000, 435],
    ['no share of nothing', { kind: 'percent', percent: 50 }, 0, 0],
    ['no share of less than nothing', { kind: 'percent', percent: 50 }, -4, 0],
    ['everything', { kind: 'exclude' }, 12, 12],
    ['everything, where that is less than nothing', { kind: 'exclude' }, -4, 0],
    ['the tuned share', { kind: 'auto', percentMax: 20 }, 100, 8],
    ['the tuned share, at most its own', { kind: 'auto', percentMax: 5 }, 100, 5],
  ])('%s', (_, way, onHand, expected) => expect(units(way, onHand)).toBe(expected));

  test('nothing by itself where nothing was picked yet', () => {
    const rule = ruleOf('all', { kind: 'auto', percentMax: 20 });
    expect(new BufferBook([rule], []).unitsOf(rule, level, 100)).toBe(0);
  });
});

test.each([
  [0, 0, 0],
  [1, 1, 5],
  [10, 0, 0],
  [100, 10, 8],
  [1_000, 100, 10],
  [1_000, 1_000, 98],
  [10_000, 10, 0],
])('of %d picks %d not found make %d %%', (picks, notFound, percent) => {
  expect(tunedPercent(picks, notFound)).toBe(percent);
});

test.each([
  ['a unit an hour', 672, 3.5, 100, 4],
  ['a unit a day', 28, 24, 100, 1],
  ['a unit a day, for half a day', 28, 12, 100, 1],
  ['a unit a day, for less', 28, 11.9, 100, 0],
  ['one in four weeks, for a minute', 1, 0.02, 1, 0],
  ['more than there is', 672, 50, 7, 7],
  ['nothing', 0, 1_000, 100, 0],
  ['from what is short already', 672, 5, -3, 0],
])('silence: what sold %s', (_, sold, hours, onHand, expected) => {
  expect(silenceUnits(sold, hours * 3_600_000, onHand)).toBe(expected);
});
