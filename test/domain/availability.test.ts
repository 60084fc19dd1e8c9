// Bands, fulfilment, refusals and ranking, as tables.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bandOf,
  compareByDistance,
  compareBySoonest,
  coversMissing,
  FULFILMENTS,
  type Fulfilment,
  fulfilmentOf,
  type Ranked,
  refusalsOf,
} from '../../src/domain/availability.ts';

describe('a band', () => {
  test.each([
    [0, 1, 'out_of_stock'],
    [-2, 1, 'out_of_stock'],
    [1, 1, 'low_stock'],
    [3, 1, 'low_stock'],
    [4, 1, 'in_stock'],
    [4, 4, 'in_stock'],
    [4, 5, 'low_stock'],
    [100, 101, 'low_stock'],
    [0, 100, 'out_of_stock'],
  ])('of %i units for somebody who wants %i is %s', (units, requested, band) => {
    expect(bandOf(units, requested)).toBe(band);
  });

  test('never says in_stock where the wish cannot be served', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 50 }), (units, requested) => {
        expect(bandOf(units, requested) === 'in_stock').toBe(units >= requested && units > 3);
      }),
    );
  });
});

describe('what a place can do for a cart', () => {
  test.each<[string, number[], number[], number[] | null, Fulfilment]>([
    ['all of it is there', [2, 1], [2, 1], null, 'now'],
    ['more than all of it is there', [1], [50], [0], 'now'],
    ['one line is short and nothing replenishes it', [2, 1], [2, 0], null, 'partial'],
    ['its source has what is missing', [2, 1], [2, 0], [0, 1], 'transfer'],
    ['its source has what is missing of a line that is half there', [5], [2], [3], 'transfer'],
    ['its source has all but one unit of what is missing', [5], [2], [2], 'partial'],
    ['its source has one missing line but not the other', [1, 1], [0, 0], [9, 0], 'none'],
    ['nothing is there, and its source has it all', [1, 1], [0, 0], [1, 1], 'transfer'],
    ['nothing is anywhere', [1], [0], [0], 'none'],
    ['a unit of one line is there', [9, 9], [0, 1], null, 'partial'],
  ])('when %s: %s wanted, %s here, %s at the source → %s', (_case, requested, here, atSource, expected) => {
    expect(fulfilmentOf(requested, here, atSource)).toBe(expected);
  });

  test('a transfer is never offered for more than the source has', () => {
    const units = fc.array(fc.nat(9), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(units, units, units, (requested, here, atSource) => {
        const enough = requested.every((wanted, line) => (here[line] ?? 0) + (atSource[line] ?? 0) >= wanted);
        expect(coversMissing(requested, here, atSource)).toBe(enough);
      }),
    );
  });
});

describe('ranking', () => {
  const place = (
    code: string,
    fulfilment: Fulfilment,
    distanceKm: number | null,
    readyAt: number | null,
  ): Ranked => ({
    code,
    fulfilment,
    distanceKm,
    readyAt,
  });
  const near = place('near', 'partial', 1, null);
  const nothing = place('nothing', 'none', 0.5, null);
  const sent = place('sent', 'transfer', 2, 900);
  const far = place('far', 'now', 40, 500);
  const farther = place('farther', 'now', 60, 300);
  const codes = (places: Ranked[]) => places.map(({ code }) => code);

  test('by distance, those that have the whole cart come first, then those that can have it sent', () => {
    const places = [near, nothing, sent, farther, far];
    expect(codes(places.sort(compareByDistance))).toEqual(['far', 'farther', 'sent', 'near', 'nothing']);
  });

  test('by promise, the earliest comes first, and those without one come last', () => {
    const early = place('early-transfer', 'transfer', 90, 400);
    const places = [near, nothing, sent, farther, far, early];
    expect(codes(places.sort(compareBySoonest))).toEqual([
      'farther',
      'early-transfer',
      'far',
      'sent',
      'near',
      'nothing',
    ]);
  });

  test('at equal promises the shelf comes before the transfer, then the nearer, then the code', () => {
    const places = [
      place('b', 'now', 7, 100),
      place('transfer', 'transfer', 1, 100),
      place('a', 'now', 7, 100),
      place('near', 'now', 3, 100),
    ];
    expect(codes(places.sort(compareBySoonest))).toEqual(['near', 'a', 'b', 'transfer']);
  });

  test('without a point, places of one kind come by code', () => {
    const places = [place('b', 'now', null, 2), place('c', 'none', null, null), place('a', 'now', null, 3)];
    expect(codes(places.sort(compareByDistance))).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['distance', compareByDistance],
    ['promise', compareBySoonest],
  ])('by %s is a total order, so that a page can go on after its last place', (_name, compare) => {
    const anyPlace = fc.record({
      code: fc.constantFrom('a', 'b', 'c'),
      fulfilment: fc.constantFrom(...FULFILMENTS),
      distanceKm: fc.constantFrom(1, 2),
      readyAt: fc.constantFrom(null, 1, 2),
    });
    fc.assert(
      fc.property(anyPlace, anyPlace, (a, b) => {
        expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0);
      }),
    );
    fc.assert(
      fc.property(fc.array(anyPlace, { minLength: 3 }), (places) => {
        const sorted = places.sort(compare);
        const pairs = sorted.flatMap((a, at) => sorted.slice(at).map((b) => compare(a, b)));
        expect(Math.max(...pairs)).toBe(0);
      }),
    );
  });
});

describe('the reasons of a refusal', () => {
  const line = (sku: string, requested: number, here: number, atSource: number | null) => ({
    sku,
    requested,
    here,
    atSource,
  });

  test('are none where everything is there', () => {
    expect(refusalsOf([line('A', 1, 1, null)], true)).toEqual([]);
  });

  test('name each short line, and that nothing replenishes the place', () => {
    expect(refusalsOf([line('A', 1, 5, null), line('B', 3, 1, null)], true)).toEqual([
      { reason: 'not_enough_here', sku: 'B', requested: 3, available: 1 },
      { reason: 'not_replenished' },
    ]);
  });

  test('name what is missing at the source as well, by the units that would have to come', () => {
    expect(refusalsOf([line('A', 5, 2, 1)], true)).toEqual([
      { reason: 'not_enough_here', sku: 'A', requested: 5, available: 2 },
      { reason: 'not_enough_at_source', sku: 'A', requested: 3, available: 1 },
    ]);
  });

  test('say that a place never opens, however full its shelves are', () => {
    expect(refusalsOf([line('A', 1, 9, null)], false)).toEqual([{ reason: 'never_open' }]);
  });
});
