// The demo retailer: what anyone who loads or shows it may rely on. Its rules are checked again here, by other
// means than those that made the data; only the contract's own schemas are borrowed.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type DemoRetailer, faitMaison } from '../../db/demo/faitMaison.ts';
import { itemInputSchema } from '../../src/domain/item.ts';
import { locationInputSchema } from '../../src/domain/location.ts';

const now = new Date('2026-06-20T12:34:56Z');
/** A winter's day whose month spans two years, a summer's, one with a change of the clocks, the year's last minutes. */
const otherDays = [
  '2026-01-08T16:00:00Z',
  '2027-08-16T07:00:00Z',
  '2028-04-02T01:30:00Z',
  '2026-12-31T23:30:00Z',
];
const dayMs = 86_400_000;

let retailer: DemoRetailer;
beforeAll(() => {
  retailer = faitMaison(now);
});

function fingerprint(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex');
}

function repeated(values: string[]): string[] {
  return values.filter((value, place) => values.indexOf(value) !== place);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not found');
  return value;
}

function location(code: string) {
  return found(retailer.locations.find((candidate) => candidate.code === code));
}

/** Great-circle distance on a sphere. */
function kilometres(fromCode: string, toCode: string): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [from, to] = [location(fromCode).coordinates, location(toCode).coordinates];
  const haversine =
    Math.sin(radians(to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(haversine));
}

describe('the generator', () => {
  test('gives the same data for the same instant', () => {
    expect(faitMaison(new Date(now))).toEqual(retailer);
  });

  test('gives the same items on any day and any machine', () => {
    expect(faitMaison(new Date('2031-02-03T04:05:06Z')).items).toEqual(retailer.items);
    expect(fingerprint(retailer.items)).toBe('ITEMS');
  });

  test('draws the same month in every run', () => {
    expect(fingerprint(retailer)).toBe('ALL');
  });

  test('refuses an instant that is none', () => {
    expect(() => faitMaison(new Date(Number.NaN))).toThrow(RangeError);
  });
});

describe('the locations', () => {
  test('are 30 stores and 2 warehouses with codes of their own', () => {
    const kinds = retailer.locations.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'store')).toHaveLength(30);
    expect(kinds.filter((kind) => kind === 'warehouse')).toHaveLength(2);
    expect(repeated(retailer.locations.map(({ code }) => code))).toEqual([]);
    expect(repeated(retailer.locations.map(({ name }) => name))).toEqual([]);
  });

  test('are what the contract takes', () => {
    for (const { code, ...body } of retailer.locations) {
      expect(code).toMatch(/^FR-[A-Z]+(-[A-Z]+)*-(\d{2}|NORD|SUD)$/);
      expect(locationInputSchema.parse(body)).toEqual(body);
    }
  });

  test('lie in France, each on its own spot', () => {
    for (const { code, coordinates, timeZone, address } of retailer.locations) {
      const reunion = code === 'FR-REUNION-01';
      const [south, north, west, east] = reunion ? [-21.4, -20.8, 55.2, 55.9] : [41.3, 51.1, -5.2, 9.6];
      expect(coordinates.latitude).toBeGreaterThan(found(south));
      expect(coordinates.latitude).toBeLessThan(found(north));
      expect(coordinates.longitude).toBeGreaterThan(found(west));
      expect(coordinates.longitude).toBeLessThan(found(east));
      expect(timeZone).toBe(reunion ? 'Indian/Reunion' : 'Europe/Paris');
      expect(address.postalCode).toMatch(/^\d{5}$/);
    }
    const spots = retailer.locations.map(
      ({ coordinates }) => `${coordinates.latitude} ${coordinates.longitude}`,
    );
    expect(repeated(spots)).toEqual([]);
  });

  // Distances between the cities, from an atlas.
  test.each([
    ['FR-LILLE-01', 'FR-PARIS-01', 204],
    ['FR-PARIS-01', 'FR-LYON-01', 392],
    ['FR-PARIS-01', 'FR-MARSEILLE-01', 661],
    ['FR-PARIS-01', 'FR-BREST-01', 505],
    ['FR-PARIS-01', 'FR-BORDEAUX-01', 499],
    ['FR-PARIS-01', 'FR-STRASBOURG-01', 397],
    ['FR-TOULOUSE-01', 'FR-NICE-01', 469],
    ['FR-NICE-01', 'FR-AJACCIO-01', 232],
    ['FR-NANTES-01', 'FR-RENNES-01', 99],
    ['FR-MONTPELLIER-01', 'FR-CLERMONT-FERRAND-01', 249],
    ['FR-DIJON-01', 'FR-METZ-01', 216],
    ['FR-TOURS-01', 'FR-LA-ROCHELLE-01', 197],
    ['FR-GRENOBLE-01', 'FR-ANNECY-01', 86],
    ['FR-ROUEN-01', 'FR-REIMS-01', 214],
  ])('%s and %s are as far apart as their cities', (from, to, expected) => {
    expect(Math.abs(kilometres(from, to) - expected)).toBeLessThan(12);
  });

  test.each(['FR-VILLENEUVE-D-ASCQ-01', 'FR-ROUBAIX-01', 'FR-TOURCOING-01', 'FR-ENTREPOT-NORD'])(
    '%s is near Lille',
    (code) => {
      expect(kilometres('FR-LILLE-01', code)).toBeLessThan(15);
    },
  );

  test('are supplied by a warehouse, all but the store overseas', () => {
    for (const { code, kind, replenishment, pickup } of retailer.locations) {
      expect(pickup.enabled).toBe(kind === 'store');
      if (kind === 'warehouse' || code === 'FR-REUNION-01') {
        expect(replenishment).toBeUndefined();
        continue;
      }
      expect(location(found(replenishment).from).kind).toBe('warehouse');
      expect([1, 2, 3]).toContain(found(replenishment).leadTimeDays);
    }
  });
});

describe('the opening hours', () => {
  /** All that is moved by Easter, from a printed calendar. */
  const movable: Record<
    number,
    { goodFriday: string; easterMonday: string; ascension: string; whitMonday: string }
  > = {
    2026: { goodFriday: '04-03', easterMonday: '04-06', ascension: '05-14', whitMonday: '05-25' },
    2027: { goodFriday: '03-26', easterMonday: '03-29', ascension: '05-06', whitMonday: '05-17' },
    2028: { goodFriday: '04-14', easterMonday: '04-17', ascension: '05-25', whitMonday: '06-05' },
  };
  const fixed = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'];

  function exceptionsIn(data: DemoRetailer, code: string) {
    const { exceptions } = found(data.locations.find((candidate) => candidate.code === code)).openingHours;
    return new Map(exceptions.map((exception) => [exception.date, exception]));
  }

  test.each([2026, 2027])('know the public holidays of %d and of the year after', (year) => {
    const data = faitMaison(new Date(Date.UTC(year, 6, 1)));
    for (const { code } of data.locations) {
      const exceptions = exceptionsIn(data, code);
      for (const each of [year, year + 1]) {
        const { easterMonday, ascension, whitMonday } = found(movable[each]);
        for (const day of [...fixed, easterMonday, ascension, whitMonday]) {
          expect([...exceptions.keys()]).toContain(`${each}-${day}`);
        }
      }
    }
  });

  test('know the holidays of Alsace, Moselle and La Réunion, and only there', () => {
    const closedOn = (date: string) =>
      retailer.locations
        .map(({ code }) => code)
        .filter((code) => {
          const exception = exceptionsIn(retailer, code).get(date);
          return exception !== undefined && 'closed' in exception;
        });
    expect(closedOn(`2026-${found(movable[2026]).goodFriday}`)).toEqual(['FR-STRASBOURG-01', 'FR-METZ-01']);
    expect(closedOn('2026-12-26')).toEqual(['FR-STRASBOURG-01', 'FR-METZ-01']);
    expect(closedOn('2026-12-20')).toEqual(['FR-REUNION-01']);
  });

  test('are none on 1 January, 1 May and 25 December', () => {
    for (const { code } of retailer.locations) {
      for (const date of [
        '2026-01-01',
        '2026-05-01',
        '2026-12-25',
        '2027-01-01',
        '2027-05-01',
        '2027-12-25',
      ]) {
        expect(exceptionsIn(retailer, code).get(date)).toEqual({ date, closed: true });
      }
    }
  });

  test('are a morning on other holidays, for some stores', () => {
    const date = '2026-07-14';
    const open = retailer.locations.filter(
      ({ code }) => !('closed' in found(exceptionsIn(retailer, code).get(date))),
    );
    expect(open.length).toBeGreaterThan(3);
    expect(open.length).toBeLessThan(15);
    for (const { code } of open) {
      expect(exceptionsIn(retailer, code).get(date)).toEqual({ date, opens: '09:30', closes: '12:30' });
    }
  });

  test('vary: lunch breaks, closed Mondays, Sunday mornings', () => {
    const weeks = retailer.locations.map(({ openingHours }) => openingHours.weekly);
    const onDay = (day: string) =>
      weeks.map((week) => week.filter(({ days }) => days.some((each) => each === day)));
    expect(onDay('thu').filter((ranges) => ranges.length === 2).length).toBeGreaterThan(4);
    expect(onDay('mon').filter((ranges) => ranges.length === 0).length).toBeGreaterThan(2);
    expect(
      onDay('sun').filter((ranges) => ranges.some(({ closes }) => closes === '12:30')).length,
    ).toBeGreaterThan(2);
    expect(onDay('sun').filter((ranges) => ranges.length === 0).length).toBeGreaterThan(20);
    expect(onDay('sat').every((ranges) => ranges.length > 0)).toBe(true);
  });

  test('have at most one exception a date, in order', () => {
    for (const { openingHours } of retailer.locations) {
      const dates = openingHours.exceptions.map(({ date }) => date);
      expect(dates).toEqual([...new Set(dates)].sort());
    }
  });
});

describe('the items', () => {
  test('are 500, told apart by sku, by barcode and by name in either language', () => {
    expect(retailer.items).toHaveLength(500);
    expect(repeated(retailer.items.map(({ sku }) => sku))).toEqual([]);
    expect(repeated(retailer.items.flatMap(({ barcodes }) => barcodes))).toEqual([]);
    expect(repeated(retailer.items.map(({ name }) => name.fr))).toEqual([]);
    expect(repeated(retailer.items.map(({ name }) => name.en))).toEqual([]);
  });

  test('are what the contract takes', () => {
    for (const { sku, ...body } of retailer.items) {
      expect(sku).toMatch(/^[A-Z0-9]+(-[A-Z0-9]+)*$/);
      expect(itemInputSchema.parse(body)).toEqual(body);
    }
  });

  test('carry EAN-13 codes that belong to no real product, with right check digits', () => {
    for (const barcode of retailer.items.flatMap(({ barcodes }) => barcodes)) {
      expect(barcode).toMatch(/^2\d{12}$/);
      const digits = [...barcode].map(Number);
      const odd = digits.filter((_, place) => place % 2 === 0).reduce((sum, digit) => sum + digit, 0);
      const even = digits.filter((_, place) => place % 2 === 1).reduce((sum, digit) => sum + digit, 0);
      expect((odd + 3 * even) % 10).toBe(0);
    }
    expect(retailer.items.some(({ barcodes }) => barcodes.length > 1)).toBe(true);
  });

  test('are named in two languages, tidily', () => {
    for (const { name } of retailer.items) {
      expect(name.fr).not.toBe(name.en);
      for (const text of [name.fr, name.en]) {
        expect(text).toMatch(/^\p{Lu}/u);
        expect(text).not.toMatch(/ {2}|^ | $| ,|undefined/);
      }
      expect(name.en).not.toMatch(/\b(en|de|lot|pièces)\b/);
      expect(name.fr).not.toMatch(/\b(of|set|with)\b/);
    }
  });

  test('have French adjectives that agree', () => {
    const names = retailer.items.map(({ name }) => name.fr);
    for (const name of [
      'Table basse ronde en marbre, 60 cm',
      'Vase en céramique blanche, 20 cm',
      'Lampe de table en métal noir, 40 cm',
      'Fauteuil en laine bouclée écrue',
      'Cocotte en fonte émaillée bleue, 24 cm',
      'Assiette plate en grès vert sauge, 27 cm',
      'Ampoule LED E27 transparente',
    ]) {
      expect(names).toContain(name);
    }
    const feminine = /\b(?:laine|céramique|porcelaine|fonte|fonte émaillée|percale de coton)/;
    const masculineColour = / (?:blanc|noir|gris|écru|doré|vert(?! sauge| sapin)|bleu(?! nuit))(?:,|$)/;
    expect(names.filter((name) => feminine.test(name) && masculineColour.test(name))).toEqual([]);
    const masculine =
      /en (?:métal|grès|lin|lin lavé|velours|coton|coton biologique|verre recyclé|cuir|tissu) /;
    const feminineColour = / (?:blanche|noire|grise|écrue|dorée|verte|bleue|naturelle)(?:,|$)/;
    expect(names.filter((name) => masculine.test(name) && feminineColour.test(name))).toEqual([]);
  });

  test('cost what such things cost', () => {
    for (const { price } of retailer.items) {
      expect(price.amount).toBeGreaterThan(2);
      expect(price.amount).toBeLessThan(2000);
      expect(Number(price.amount.toFixed(2))).toBe(price.amount);
    }
  });

  test('fill some 25 categories, with several coffee tables', () => {
    expect(new Set(retailer.items.map(({ category }) => category)).size).toBeGreaterThanOrEqual(25);
    expect(retailer.items.filter(({ sku }) => sku.startsWith('TABLE-BASSE-')).length).toBeGreaterThan(8);
  });
});

describe.each([now.toISOString(), ...otherDays])('the stock at %s', (instant) => {
  let data: DemoRetailer;
  let minimum: Map<string, number>;
  let onHand: Map<string, number>;
  const signs = { sale: -1, loss: -1, damage: -1, return: 1, receipt: 1, found: 1, adjustment: 1 } as const;
  const key = ({ sku, location: code }: { sku: string; location: string }) => `${code} ${sku}`;

  beforeAll(() => {
    data = faitMaison(new Date(instant));
    onHand = new Map(data.counts.map((count) => [key(count), count.onHand]));
    minimum = new Map(onHand);
    for (const movement of data.movements) {
      const units = found(onHand.get(key(movement))) + signs[movement.type] * movement.quantity;
      onHand.set(key(movement), units);
      minimum.set(key(movement), Math.min(units, found(minimum.get(key(movement)))));
    }
  });

  test('names only known items and locations, each pair counted once', () => {
    const skus = new Set(data.items.map(({ sku }) => sku));
    const codes = new Set(data.locations.map(({ code }) => code));
    const named = [...data.counts, ...data.movements];
    expect(named.filter(({ sku, location: code }) => !skus.has(sku) || !codes.has(code))).toEqual([]);
    expect(onHand.size).toBe(data.counts.length);
  });

  test('is never below zero on the way', () => {
    expect([...minimum].filter(([, units]) => units < 0)).toEqual([]);
  });

  test('gives every message an id of its own within its source', () => {
    const ids = [...data.counts, ...data.movements].map(({ source, eventId }) => `${source} ${eventId}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^(pos|wms)-[a-z0-9-]+ \S+$/.test(id))).toEqual([]);
  });

  test('is told in order, after the count and before now', () => {
    const times = data.movements.map(({ occurredAt }) => occurredAt);
    expect(times).toEqual([...times].sort());
    const [first, last] = [found(times[0]), found(times.at(-1))];
    const earliest = Date.parse(instant) - 32 * dayMs;
    expect(last < new Date(instant).toISOString()).toBe(true);
    expect(data.counts.filter(({ countedAt }) => countedAt >= first)).toEqual([]);
    expect(data.counts.filter(({ countedAt }) => Date.parse(countedAt) < earliest)).toEqual([]);
  });

  test('moves by whole units, signed for adjustments alone', () => {
    const wrong = data.movements.filter(
      ({ type, quantity }) =>
        !Number.isInteger(quantity) || quantity === 0 || (quantity < 0 && type !== 'adjustment'),
    );
    expect(wrong).toEqual([]);
    expect(data.movements.length).toBeGreaterThan(5000);
    expect(data.movements.length).toBeLessThan(8000);
  });

  test('is a store’s share of the range, and all of it in a warehouse', () => {
    for (const { code, kind } of data.locations) {
      const kept = data.counts.filter((count) => count.location === code).length / data.items.length;
      expect(kept).toBeGreaterThanOrEqual(kind === 'warehouse' ? 1 : 0.6);
      expect(kept).toBeLessThanOrEqual(kind === 'warehouse' ? 1 : 0.8);
    }
  });

  test('has items sold out and last units', () => {
    expect([...onHand.values()].filter((units) => units === 0).length).toBeGreaterThan(100);
    expect([...onHand.values()].filter((units) => units === 1).length).toBeGreaterThan(100);
  });

  test('sends to stores only what left a warehouse', () => {
    const sent = new Map<string, number>();
    for (const { type, reference, sku, quantity } of data.movements) {
      if (!reference.startsWith('BL-')) continue;
      const left = (sent.get(`${reference} ${sku}`) ?? 0) - quantity;
      expect(type === 'receipt' ? left : -quantity).toBeGreaterThanOrEqual(0);
      sent.set(`${reference} ${sku}`, left);
    }
    expect([...sent.values()].filter((units) => units === 0).length).toBeGreaterThan(500);
  });

  test('serves every reservation of the script, and the showcase cart five times over after them', () => {
    const open = new Map(onHand);
    const { showcase } = data;
    const carts = [...data.reservations, ...Array.from({ length: 5 }, () => showcase)];
    for (const { location: code, lines } of carts) {
      for (const { sku, quantity } of lines) {
        const left = (open.get(key({ sku, location: code })) ?? 0) - quantity;
        expect(left).toBeGreaterThanOrEqual(0);
        open.set(key({ sku, location: code }), left);
      }
    }
  });
});

describe('the movements', () => {
  test('of a store happen in its opening hours, deliveries just before', () => {
    const may: DemoRetailer = faitMaison(new Date('2026-05-30T20:00:00Z'));
    const sales = may.movements.filter(({ type }) => type === 'sale');
    const days = (code: string) =>
      new Set(
        sales.filter(({ location: at }) => at === code).map(({ occurredAt }) => occurredAt.slice(0, 10)),
      );
    expect(
      [...days('FR-LILLE-01')].filter((date) => ['2026-05-01', '2026-05-03', '2026-05-08'].includes(date)),
    ).toEqual([]);
    expect(days('FR-PARIS-01')).toContain('2026-05-03');
    const lille = sales
      .filter(({ location: at }) => at === 'FR-LILLE-01')
      .map(({ occurredAt }) => occurredAt.slice(11));
    expect(lille.filter((time) => time < '08:00' || time >= '18:30')).toEqual([]);
  });

  test('bring back at most what was sold', () => {
    const tickets = new Map<string, number>();
    for (const { type, reference, sku, quantity } of retailer.movements) {
      if (type !== 'sale' && type !== 'return') continue;
      const left = (tickets.get(`${reference} ${sku}`) ?? 0) + (type === 'sale' ? quantity : -quantity);
      expect(left).toBeGreaterThanOrEqual(0);
      tickets.set(`${reference} ${sku}`, left);
    }
    expect(retailer.movements.filter(({ type }) => type === 'return').length).toBeGreaterThan(50);
  });
});

describe('the reservations', () => {
  test('stand in every state, most of them at Lille', () => {
    const states = new Set(retailer.reservations.map(({ reach }) => reach));
    expect([...states].sort()).toEqual(
      ['cancelled', 'collected', 'confirmed', 'expired', 'held', 'picking', 'ready'].sort(),
    );
    const lille = retailer.reservations.filter(({ location: code }) => code === 'FR-LILLE-01');
    expect(lille.length).toBeGreaterThan(retailer.reservations.length / 2);
    expect(lille.length).toBeLessThan(retailer.reservations.length);
  });

  test('name order references and customers of their own, and nobody real', () => {
    expect(repeated(retailer.reservations.map(({ orderReference }) => orderReference))).toEqual([]);
    expect(repeated(retailer.reservations.map(({ customer }) => customer.reference))).toEqual([]);
    for (const { customer } of retailer.reservations) {
      expect(customer.email).toMatch(/^[a-z.]+@example\.com$/);
      expect(customer.phone).toMatch(/^\+3363998\d{4}$/);
    }
  });

  test('ask for different items, in the numbers the contract allows', () => {
    for (const { lines, ttlSeconds } of retailer.reservations) {
      expect(lines.length).toBeGreaterThan(0);
      expect(repeated(lines.map(({ sku }) => sku))).toEqual([]);
      expect(lines.every(({ quantity }) => quantity > 0)).toBe(true);
      expect(ttlSeconds).toBeGreaterThanOrEqual(30);
      expect(ttlSeconds).toBeLessThanOrEqual(14_400);
    }
  });

  test('are still held when they say held, and run out when they say expired', () => {
    for (const { reach, placedAt, ttlSeconds } of retailer.reservations) {
      const endsAt = Date.parse(placedAt) + ttlSeconds * 1000;
      expect(Date.parse(placedAt)).toBeLessThan(now.getTime());
      if (reach === 'held') expect(endsAt).toBeGreaterThan(now.getTime());
      if (reach === 'expired') expect(endsAt).toBeLessThan(now.getTime());
    }
  });

  test('say who prepared them, where they wait and what is missing, as far as they went', () => {
    for (const { reach, staff, shelf, missing, cancelled, lines } of retailer.reservations) {
      const wasReady = reach === 'ready' || reach === 'collected' || cancelled?.from === 'ready';
      expect(shelf !== undefined).toBe(wasReady);
      expect(staff !== undefined).toBe(wasReady || reach === 'picking');
      expect(cancelled !== undefined).toBe(reach === 'cancelled');
      for (const { sku, quantity } of missing ?? []) {
        expect(found(lines.find((line) => line.sku === sku)).quantity).toBeGreaterThan(quantity);
      }
    }
    expect(retailer.reservations.some(({ missing }) => missing !== undefined)).toBe(true);
  });
});
