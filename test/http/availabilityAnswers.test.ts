// The text and the tag of places: put together from parts, they say what the whole objects would.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FULFILMENTS } from '../../src/domain/availability.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { LocationRecord } from '../../src/domain/location.ts';
import { placesReply, showPlace } from '../../src/http/availabilityAnswers.ts';
import { asText } from '../../src/http/bytes.ts';
import { Fingerprint } from '../../src/http/fingerprint.ts';
import { placesText } from '../../src/http/placesText.ts';
import { jsonOf } from '../../src/http/route.ts';
import type { Place } from '../../src/views/cartSearch.ts';
import { locationInput } from '../support/catalogue.ts';

const caller = (kind: Caller['kind']): Caller => ({
  ...{ keyId: 'key_1', name: 'Test', kind, scopes: new Set(), locations: null, origins: [], deviceId: null },
});
const cart = [
  { sku: 'TABLE', quantity: 2 },
  { sku: 'LAMPE-É"', quantity: 1 },
];
const at = new Date('2026-11-24T13:00:00.000Z');

function record(id: number, name: string): LocationRecord {
  const input = locationInput({ name });
  const replenishment = input.replenishment ?? null;
  return { ...input, replenishment, id, code: `S-${id}`, version: 1, createdAt: at, updatedAt: at };
}

const anyPlace: fc.Arbitrary<Place> = fc
  .record({
    location: fc.record({ id: fc.nat(9), name: fc.string({ unit: 'grapheme' }) }),
    distanceKm: fc.option(fc.double({ min: 0, max: 20_000, noNaN: true })),
    fulfilment: fc.constantFrom(...FULFILMENTS),
    readyAt: fc.option(fc.date({ min: at, max: new Date('2027-01-01'), noInvalidDate: true })),
    staleSince: fc.option(fc.constant(at)),
    here: fc.tuple(fc.nat(9), fc.nat(1_000_000)),
  })
  .map(({ location: { id, name }, readyAt, ...place }) => ({
    ...place,
    slot: id,
    location: record(id, name),
    code: `S-${id}`,
    sentFrom: null,
    readyAt: readyAt?.getTime() ?? null,
  }));

test('places are written as JSON.stringify writes them', () => {
  fc.assert(
    fc.property(fc.array(anyPlace, { maxLength: 5 }), fc.boolean(), (places, counts) => {
      const whole = JSON.stringify(places.map((place) => showPlace(place, cart, counts)));
      expect(asText(placesText(places, cart, counts))).toBe(whole);
    }),
  );
});

describe('the tag', () => {
  const reply = (places: Place[], kind: Caller['kind'] = 'secret', hasMore = false) =>
    placesReply({ caller: caller(kind) }, at, { places, hasMore }, cart, () => null);
  const tag = (...asked: Parameters<typeof reply>) => reply(...asked).etag;

  test('differs exactly where the answer does, the instant left aside', () => {
    const rest = (...asked: Parameters<typeof reply>) =>
      jsonOf(reply(...asked)).replace(/"asOf":"[^"]*",/, '');
    fc.assert(
      fc.property(fc.array(anyPlace, { maxLength: 3 }), fc.array(anyPlace, { maxLength: 3 }), (a, b) => {
        // What the URL and a location's version say already is the same in both.
        const alike = b.map((place, n) => ({
          ...place,
          distanceKm: 1,
          location: a[n]?.location ?? place.location,
        }));
        const one = a.map((place) => ({ ...place, distanceKm: 1 }));
        for (const kind of ['secret', 'publishable'] as const) {
          expect(tag(one, kind) === tag(alike, kind)).toBe(rest(one, kind) === rest(alike, kind));
        }
      }),
    );
  });

  test('is another one for another version, for more places, and for counts', () => {
    const place = fc.sample(anyPlace, { numRuns: 1, seed: 1 })[0] as Place;
    const changed = { ...place, location: { ...place.location, version: 2 } };
    const tags = [
      tag([place]),
      tag([changed]),
      tag([place, place]),
      tag([place], 'secret', true),
      tag([place], 'publishable'),
    ];
    expect(new Set(tags).size).toBe(tags.length);
  });

  test('stands by itself: who has the answer makes nobody write it again', () => {
    const untouchable = [new Proxy({} as Place, { get: (_, name) => plain[name as keyof Place] })];
    const plain = fc.sample(anyPlace, { numRuns: 1, seed: 2 })[0] as Place;
    let asked = 0;
    const { etag, jsonBytes } = placesReply(
      { caller: caller('secret') },
      at,
      { places: untouchable, hasMore: true },
      cart,
      () => {
        asked += 1;
        return null;
      },
    );
    expect([typeof jsonBytes, etag?.startsWith('W/"'), asked]).toEqual(['function', true, 0]);
  });
});

test('lists of numbers near one another, in any order and of any length, have fingerprints of their own', () => {
  const firsts = [-2, -1, 0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 1_763_802_000_000];
  const seconds = Array.from({ length: 500 }, (_, n) => n);
  const lists = firsts.flatMap((first) =>
    seconds.flatMap((second) => [[first], [first, second], [second, first], [first, second, 0]]),
  );
  const fingerprints = lists.map((numbers) => {
    const print = new Fingerprint();
    for (const number of numbers) print.add(number);
    return `${print}`;
  });
  expect(new Set(fingerprints).size).toBe(new Set(lists.map(String)).size);
});
