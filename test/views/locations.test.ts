// Locations and names in memory: what is near, what is read through, what is read again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LocationInput } from '../../src/domain/location.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { Catalogue } from '../../src/views/catalogue.ts';
import { Locations } from '../../src/views/locations.ts';
import { locationInput } from '../support/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type WatchedDatabase, watchDatabase } from '../support/watchedDatabase.ts';

let own: TestDatabase;
let database: Database;
let watched: WatchedDatabase;
let locations: Locations;
let errors: Error[];

beforeAll(async () => {
  own = await createTestDatabase();
  database = openDatabase({ url: own.url, connectionsMax: 4, onIdleError: () => {} });
});
beforeEach(async () => {
  errors = [];
  watched = watchDatabase(database);
  locations = new Locations({ database: watched, onError: (error) => errors.push(error) });
  await locations.load();
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

async function save(code: string, change: Partial<LocationInput> = {}): Promise<void> {
  await database.transaction((tx) => saveLocations(tx, [{ code, input: locationInput(change) }], new Date()));
}

const changed = (...codes: string[]) =>
  locations.onEvents(codes.map((subject) => ({ type: 'location.changed' as const, subject })));

describe('a location', () => {
  test('that is new is read through, once for all who ask', async () => {
    await save('NEW');
    const before = watched.statements.length;
    const found = await Promise.all([locations.location('NEW'), locations.location('NEW')]);
    expect(found.map((location) => location?.code)).toEqual(['NEW', 'NEW']);
    expect(watched.statements.slice(before)).toEqual(['locations.find']);
    await locations.location('NEW');
    expect(watched.statements).toHaveLength(before + 1);
  });

  test('that does not exist is null, and is found the moment it does', async () => {
    expect(await locations.location('LATER')).toBeNull();
    await save('LATER');
    expect((await locations.location('LATER'))?.code).toBe('LATER');
  });

  test('that changed is read again when its event is told', async () => {
    await save('NAMED', { name: 'Before' });
    await locations.location('NAMED');
    await save('NAMED', { name: 'After' });
    changed('NAMED');
    await locations.settled();
    expect(locations.find('NAMED')).toMatchObject({ name: 'After', version: 2 });
  });

  test('stays as it is while the database is away, and is read again afterwards', async () => {
    await save('AWAY', { name: 'Before' });
    await locations.location('AWAY');
    await save('AWAY', { name: 'After' });
    const mend = watched.breakDown('locations.find');
    changed('AWAY');
    await eventually(() => errors.length > 0);
    expect(locations.find('AWAY')?.name).toBe('Before');
    mend();
    await eventually(() => locations.find('AWAY')?.name === 'After');
  });

  test('is never replaced by an older row that was read before and arrives after', async () => {
    await save('RACE', { name: 'First' });
    const gate = watched.holdUp('locations.find');
    const slow = locations.location('RACE');
    await eventually(() => gate.waiting() === 1);
    await save('RACE', { name: 'Second' });
    await locations.load();
    gate.release();
    expect((await slow)?.name).toBe('Second');
  });

  test('that a restored database no longer has is gone after a reset, and an older row counts', async () => {
    await save('RESTORED', { name: 'Old' });
    await locations.location('RESTORED');
    await save('RESTORED', { name: 'New' });
    changed('RESTORED');
    await locations.settled();
    await database.run(
      'test.restore',
      "UPDATE locations SET name = 'Old', version = 1 WHERE code = 'RESTORED'",
      [],
    );
    await database.run('test.remove', "DELETE FROM locations WHERE code = 'NEW'", []);
    locations.onReset();
    await locations.settled();
    expect(locations.find('RESTORED')).toMatchObject({ name: 'Old', version: 1 });
    expect(locations.find('NEW')).toBeNull();
  });
});

describe('the nearest', () => {
  test('are those that measuring every one of them would name', async () => {
    const many = Array.from({ length: 400 }, (_, n) => ({
      code: `P-${n}`,
      input: locationInput({
        coordinates: { latitude: ((n * 37) % 179) - 89, longitude: ((n * 101) % 359) - 179 + (n % 7) / 10 },
      }),
    }));
    await database.transaction((tx) => saveLocations(tx, many, new Date()));
    await locations.load();
    const point = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(
        point,
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 30 }),
        (near, radius, limit) => {
          const even = (slot: number) => slot % 2 === 0;
          const found = locations.nearest(near, radius, limit, even);
          const measured = locations
            .inOrder()
            .filter(even)
            .map((slot) => chordKm(near, locations.at(slot)?.coordinates ?? near))
            .filter((distance) => distance <= radius)
            .sort((a, b) => a - b)
            .slice(0, limit);
          expect(found).toHaveLength(measured.length);
          found.forEach((slot, rank) => {
            expect(locations.distanceKm(near, slot)).toBeCloseTo(measured[rank] ?? Number.NaN, 3);
          });
        },
      ),
    );
  });

  test('are found across the date line', async () => {
    await save('FIJI-EAST', { coordinates: { latitude: -17, longitude: -179.9 } });
    await locations.location('FIJI-EAST');
    const [first] = locations.nearest({ latitude: -17, longitude: 179.9 }, 50, 1, () => true);
    expect(locations.at(first ?? -1)?.code).toBe('FIJI-EAST');
  });

  test('of none are none', () => {
    const empty = new Locations({ database: watched, onError: () => {} });
    expect(empty.nearest({ latitude: 0, longitude: 0 }, 100, 5, () => true)).toEqual([]);
  });
});

/** By the chord through the earth: another way than the view’s. */
function chordKm(
  a: { latitude: number; longitude: number },
  b: { latitude: number; longitude: number },
): number {
  const [x, y] = [a, b].map(({ latitude, longitude }) => {
    const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
  }) as [number[], number[]];
  const chord = Math.hypot(...x.map((value, axis) => value - (y[axis] ?? 0)));
  return 2 * 6371 * Math.asin(Math.min(1, chord / 2));
}

describe('items by sku', () => {
  const saveSkus = (...skus: string[]) =>
    database.transaction((tx) =>
      saveItems(
        tx,
        skus.map((sku) => ({ sku, input: { name: { fr: sku }, category: 'first' } })),
        new Date(),
      ),
    );
  const heads = () => watched.statements.filter((name) => name === 'items.find_heads').length;

  test('are read in one statement, and then no more', async () => {
    await saveSkus('I-1', 'I-2', 'I-3');
    const catalogue = new Catalogue(watched, locations);
    const found = await catalogue.items(['I-1', 'I-2', 'I-3', 'I-9', 'I-1']);
    expect([...found.keys()].sort()).toEqual(['I-1', 'I-2', 'I-3']);
    await catalogue.items(['I-2', 'I-3']);
    expect((await catalogue.item('I-1'))?.sku).toBe('I-1');
    expect(heads()).toBe(1);
  });

  test('that are on their way are not asked for twice', async () => {
    await saveSkus('I-4', 'I-5');
    const catalogue = new Catalogue(watched, locations);
    const gate = watched.holdUp('items.find_heads');
    const asked = [catalogue.items(['I-4']), catalogue.items(['I-4', 'I-5']), catalogue.item('I-5')];
    await eventually(() => gate.waiting() === 2);
    gate.release();
    await Promise.all(asked);
    expect(heads()).toBe(2);
  });

  test('that are unknown are found the moment they exist', async () => {
    const catalogue = new Catalogue(watched, locations);
    expect(await catalogue.item('I-6')).toBeNull();
    await saveSkus('I-6');
    expect((await catalogue.item('I-6'))?.sku).toBe('I-6');
  });

  test('that changed while they were read are not remembered as they were', async () => {
    await saveSkus('I-7');
    const catalogue = new Catalogue(watched, locations);
    const gate = watched.holdUp('items.find_heads');
    const slow = catalogue.item('I-7');
    await eventually(() => gate.waiting() === 1);
    await database.transaction((tx) =>
      saveItems(tx, [{ sku: 'I-7', input: { name: { fr: 'I-7' }, category: 'second' } }], new Date()),
    );
    catalogue.onEvents([{ type: 'item.changed', subject: 'I-7' }]);
    gate.release();
    await slow;
    expect(await catalogue.item('I-7')).toMatchObject({ category: 'second', version: 2 });
  });

  test('that could not be read are asked for anew', async () => {
    await saveSkus('I-8');
    const catalogue = new Catalogue(watched, locations);
    const mend = watched.breakDown('items.find_heads');
    await expect(catalogue.item('I-8')).rejects.toThrow('broken');
    mend();
    expect((await catalogue.item('I-8'))?.sku).toBe('I-8');
  });
});
