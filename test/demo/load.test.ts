// The demo retailer as it is loaded: whole, without drift, once, and with keys that a restart can name again.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { faitMaison } from '../../db/demo/faitMaison.ts';
import { loadDemo } from '../../src/demo/load.ts';
import { boundary, NOTHING_SEEN } from '../../src/domain/feedPosition.ts';
import { STATUSES } from '../../src/domain/reservation.ts';
import { applyTasks } from '../../src/jobs/buffers.ts';
import { tune } from '../../src/jobs/tuning.ts';
import { openStockWriter } from '../../src/operations/stockWriter.ts';
import { findKeyByHash, hashSecret } from '../../src/queries/apiKeys.ts';
import { listRules } from '../../src/queries/buffers.ts';
import { checkIntegrity } from '../../src/queries/integrity.ts';
import { listReservations } from '../../src/queries/reservationReads.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { Catalogue } from '../../src/views/catalogue.ts';
import { Locations } from '../../src/views/locations.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { contradictions } from '../support/evidence.ts';
import { writerOptions } from '../support/stockRoom.ts';

let made: TestDatabase;
let database: Database;

beforeAll(async () => {
  made = await createTestDatabase();
  database = openDatabase({ url: made.url, connectionsMax: 6, onIdleError: fail });
});
afterAll(async () => {
  await database.close();
  await made.drop();
});

function fail(error: unknown): never {
  throw error;
}

function load() {
  const locations = new Locations({ database, onError: fail });
  return loadDemo({
    database,
    catalogue: new Catalogue(database, locations),
    log: pino({ level: 'silent' }),
    now: () => new Date(),
    adminKey: 'an-admin-key-for-tests',
    feed: { horizon: () => boundary('0-test', NOTHING_SEEN) },
  });
}

const everything = {
  location: null,
  statuses: null,
  orderReference: null,
  customerReference: null,
  putBackPending: null,
  soldAt: null,
  planId: null,
  visible: null,
};

test('two processes that start at once load the demo once, and name the same keys', async () => {
  const [first, second] = await Promise.all([load(), load()]);
  expect(first).not.toBeNull();
  expect(second).toEqual(first);
  const [row] = await database.run<{ locations: number; items: number; movements: number }>(
    'test.counts',
    `SELECT (SELECT count(*)::int FROM locations) AS locations, (SELECT count(*)::int FROM items) AS items,
            (SELECT count(*)::int FROM movements WHERE source <> 'comptoir') AS movements`,
    [],
  );
  const retailer = faitMaison(new Date());
  expect(row).toMatchObject({ locations: retailer.locations.length, items: retailer.items.length });
  expect(row?.movements).toBeGreaterThan(10_000);
});

test('its levels agree with their evidence', async () => {
  expect(await checkIntegrity(database)).toMatchObject({ drifting: 0, drift: [] });
});

test('its buffers come to its levels, and leave the showcase whole', async () => {
  const stock = openStockWriter(writerOptions(database));
  const now = () => new Date();
  await tune({ database, now });
  await applyTasks({ database, stock, now });
  await stock.close();
  const rules = await listRules(
    database,
    { location: null, category: null, sku: null, visible: null },
    null,
    10,
  );
  expect(rules.map(({ way }) => way.kind).toSorted()).toEqual(['auto', 'percent', 'quantity', 'quantity']);
  expect(rules.filter(({ appliedAt }) => appliedAt === null)).toEqual([]);
  const [row] = await database.run<{ kept: number; showcase: number }>(
    'test.kept',
    `SELECT count(*) FILTER (WHERE buffer > 0)::int AS kept,
            count(*) FILTER (WHERE buffer > 0 AND i.sku = ANY ($1))::int AS showcase
     FROM levels l JOIN items i ON i.id = l.item_id JOIN locations o ON o.id = l.location_id
     WHERE o.code = $2`,
    [faitMaison(new Date()).showcase.lines.map(({ sku }) => sku), 'FR-LILLE-01'],
  );
  expect(row?.kept).toBeGreaterThan(0);
  expect(row?.showcase).toBe(0);
  expect(await contradictions(database)).toEqual([]);
});

test('there are reservations in every state, and every order that was confirmed has a pickup code', async () => {
  const reservations = await listReservations(database, everything, null, 100, new Date());
  expect(new Set(reservations.map(({ status }) => status))).toEqual(new Set(STATUSES));
  const confirmed = reservations.filter(({ status }) => ['confirmed', 'picking', 'ready'].includes(status));
  for (const { pickupCode } of confirmed) expect(pickupCode).toMatch(/^\d{6}$/);
});

test('its keys work and are no admin', async () => {
  const keys = await load();
  const caller = await findKeyByHash(database, hashSecret(keys?.secret ?? ''));
  expect(caller?.scopes.has('reservations:write')).toBe(true);
  expect(caller?.scopes.has('admin')).toBe(false);
});
