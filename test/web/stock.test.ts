// Stock on the tablet: what was scanned or typed, what waits, where else an article is.
import { expect, test } from '@jest/globals';
import type { Action } from '../../src/web/tablet/src/data/model.ts';
import { isNewSight, NO_SIGHT } from '../../src/web/tablet/src/scan/sights.ts';
import { afterScan, readEntry } from '../../src/web/tablet/src/screens/count/entry.ts';
import { wordsFor } from '../../src/web/tablet/src/screens/count/reasons.ts';
import { nearPath, placesOf, shortList, withUnits } from '../../src/web/tablet/src/screens/stock/places.ts';
import { expectedOf } from '../../src/web/tablet/src/screens/stock/waiting.ts';
import { findAmong } from '../../src/web/tablet/src/screens/stock/words.ts';

const EAN = '3760123456789';

test('a camera that keeps seeing one code tells it once, and again when it was gone for a while', () => {
  const told: string[] = [];
  let sight = NO_SIGHT;
  for (const [at, code] of [
    [0, 'A'],
    [120, 'A'],
    [240, null],
    [360, 'A'],
    [500, 'B'],
    [2_000, 'B'],
  ] as const) {
    const seen = isNewSight(sight, code, at);
    sight = seen.sight;
    if (seen.isNew && code !== null) told.push(code);
  }
  expect(told).toEqual(['A', 'B', 'B']);
});

test.each([
  ['', { kind: 'empty' }],
  ['12', { kind: 'number', units: 12 }],
  [EAN, { kind: 'scan', code: EAN, before: '' }],
  [`3${EAN}`, { kind: 'scan', code: EAN, before: '3' }],
  ['4006381333931', { kind: 'scan', code: '4006381333931', before: '' }],
  ['123456', { kind: 'wrong' }],
])('the field of a count with %j holds %j', (text, entry) => {
  expect(readEntry(text, [EAN])).toEqual(entry);
});

test('a scan of the counted article is one more, of another it is none', () => {
  expect(afterScan('', EAN, [EAN])).toBe('1');
  expect(afterScan('9', `0${EAN}`, [EAN])).toBe('10');
  expect(afterScan('9', '4006381333931', [EAN])).toBeNull();
});

test('a count expects what the level says, unless something that waits here will have changed it', () => {
  const pick = (missing: number) =>
    action({
      kind: 'pick',
      subject: 'rsv_1',
      body: { lines: [{ sku: 'LAMP', picked: 1, missing }] },
    });
  const collect = action({ kind: 'collect', subject: 'rsv_1', body: {} });
  const orders = new Map([['rsv_1', { lines: [{ sku: 'LAMP' }] }]]) as never;
  expect(expectedOf('LAMP', null, [], orders)).toBeNull();
  expect(expectedOf('LAMP', { onHand: 4 }, [pick(0)], orders)).toBe(4);
  expect(expectedOf('LAMP', { onHand: 4 }, [pick(1)], orders)).toBeNull();
  expect(expectedOf('LAMP', { onHand: 4 }, [collect], orders)).toBeNull();
  expect(expectedOf('TABLE', { onHand: 4 }, [collect], orders)).toBe(4);
  expect(expectedOf('LAMP', { onHand: 4 }, [{ ...collect, state: 'refused' }], orders)).toBe(4);
});

test('places are the nearest first, without this store, warehouses last', () => {
  const every = ['HERE', 'NEAR', 'FAR', 'DEPOT'].map((code) => ({
    location: { code, name: code, kind: code === 'DEPOT' ? 'warehouse' : 'store' },
    available: 3,
  }));
  const near = (code: string, distanceKm: number, available: number) => ({
    location: { code, name: code },
    distanceKm,
    fulfilment: available > 0 ? ('now' as const) : ('none' as const),
    promise: available > 0 ? { readyAt: '2026-11-23T09:00:00Z' } : null,
    lines: [{ sku: 'LAMP', available }],
  });
  const places = placesOf([near('FAR', 90, 2), near('HERE', 0, 5), near('NEAR', 4, 0)], every, 'HERE');
  expect(places.map(({ code, available, canCollect }) => [code, available, canCollect])).toEqual([
    ['NEAR', 0, false],
    ['FAR', 2, true],
    ['DEPOT', 3, false],
  ]);
  expect(withUnits(places).without).toBe(1);
  expect(shortList(withUnits(places).found, 0).map(({ code }) => code)).toEqual(['DEPOT']);
});

test('a store without coordinates asks for all places', () => {
  expect(nearPath('A B', 2, undefined)).toBe('/v1/availability?items=A%20B%3A2&limit=40');
  expect(nearPath('A', 1, { latitude: 50.6, longitude: 3 })).toContain('near=50.6,3&');
});

test('without a network articles are found as the server finds them: beginnings of words, without accents', () => {
  const items = [
    { sku: 'CANAPE-3', name: { fr: 'Canapé d’angle', en: 'Corner sofa' }, barcodes: [EAN] },
    { sku: 'LAMPE-1', name: { fr: 'Lampe de table' }, barcodes: [] },
  ];
  const skus = (words: string) => findAmong(items, words).map(({ sku }) => sku);
  expect(skus('canape ANG')).toEqual(['CANAPE-3']);
  expect(skus('sofa')).toEqual(['CANAPE-3']);
  expect(skus('37601')).toEqual(['CANAPE-3']);
  expect(skus('able')).toEqual([]);
  expect(skus('  ')).toEqual([]);
});

test('each reason to count has its words, and one of a newer server too', () => {
  expect(wordsFor({ reason: 'below_reserved', onHand: 1, reserved: 3 })).toEqual({
    plural: 'count.why.below_reserved',
    n: 2,
  });
  expect(wordsFor({ reason: 'moon_phase' } as never)).toEqual({ key: 'count.why.other', n: null });
});

function action(input: Pick<Action, 'kind' | 'subject' | 'body'>): Action {
  return {
    ...input,
    id: 'act',
    at: '2026-11-22T09:00:00Z',
    sequence: 1,
    location: 'HERE',
    knownVersion: null,
    state: 'waiting',
  } as Action;
}
