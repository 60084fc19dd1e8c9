// How many holds per second the stock writer places for 64 callers that each wait for their answer, with a key each, on a
// durable embedded PostgreSQL of its own: over 1,000 items, and all for one. `node test/bench/stockWriter.ts [SECONDS]`
// Prints figures; judges nothing.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { makeId } from '../../src/domain/id.ts';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { openStockWriter, type StockWriter } from '../../src/operations/stockWriter.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { Catalogue } from '../../src/views/catalogue.ts';
import { Locations } from '../../src/views/locations.ts';

const SECONDS = Number(process.argv[2] ?? 5);
const CALLERS = 64;
const STORE = 'FR-LILLE-01';
const SKUS = Array.from({ length: 1_000 }, (_, n) => `ITEM-${n}`);
const ACTOR = { keyId: 'key_bench', name: 'bench' };

const dataDir = await mkdtemp(path.join(tmpdir(), 'comptoir-bench-'));
const embedded = await startEmbedded({ dataDir, log: () => {} });
await migrate(embedded.url);
const database = openDatabase({ url: embedded.url, connectionsMax: 10, onIdleError: () => {} });
await fill(database);
for (const [name, commandsPerBatchMax, batchesInFlightMax] of [
  ['batches, two in flight', 1_000, 2],
  ['one by one, eight in flight', 1, 8],
] as const) {
  const stock = openWriter(database, commandsPerBatchMax, batchesInFlightMax);
  console.log(
    `${name}: 1,000 items ${await measure(stock, SKUS)}; one item ${await measure(stock, ['ITEM-0'])}`,
  );
  await stock.close();
}
await database.close();
await embedded.stop();
await rm(dataDir, { recursive: true, force: true });

function openWriter(of: Database, commandsPerBatchMax: number, batchesInFlightMax: number): StockWriter {
  return openStockWriter({
    database: of,
    catalogue: new Catalogue(of, new Locations({ database: of, onError: console.error })),
    expire: expireReservation,
    now: () => new Date(),
    onCommit: () => {},
    onError: console.error,
    commandsQueuedMax: 5_000,
    commandsPerBatchMax,
    batchesInFlightMax,
  });
}

async function fill(of: Database): Promise<void> {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
  const input = {
    kind: 'store' as const,
    name: STORE,
    address: { street: '1 rue du Test', postalCode: '59000', city: 'Lille', country: 'FR' },
    coordinates: { latitude: 50.63, longitude: 3.06 },
    timeZone: 'Europe/Paris',
    openingHours: { weekly: [{ days: [...days], opens: '09:00', closes: '19:00' }], exceptions: [] },
    pickup: { enabled: true, preparationMinutes: 30, holdDays: 5 },
  };
  await of.transaction((tx) => saveLocations(tx, [{ code: STORE, input }], new Date()));
  const items = SKUS.map((sku) => ({
    sku,
    input: { name: { fr: sku } },
  }));
  await of.transaction((tx) => saveItems(tx, items, new Date()));
  const stock = openWriter(of, 1_000, 2);
  const told = {
    source: 'bench',
    location: STORE,
    type: 'receipt' as const,
    quantity: 1_000_000,
    actor: ACTOR,
  };
  const rest = { occurredAt: new Date(), reference: null, reservationId: null, maySee: () => true };
  await stock.apply(
    recordMovements,
    SKUS.map((sku) => ({ ...told, ...rest, sku, eventId: sku })),
  );
  await stock.close();
}

/** Each caller asks again as soon as it is answered. */
async function measure(stock: StockWriter, skus: readonly string[]): Promise<string> {
  const waits: number[] = [];
  const until = performance.now() + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (performance.now() < until) {
        const startedAt = performance.now();
        await placeOne(stock, skus[Math.floor(Math.random() * skus.length)] ?? '');
        waits.push(performance.now() - startedAt);
      }
    }),
  );
  waits.sort((a, b) => a - b);
  const at = (share: number) => (waits[Math.floor(waits.length * share)] ?? 0).toFixed(1);
  return `${Math.round(waits.length / SECONDS)}/s (p50 ${at(0.5)} ms, p99 ${at(0.99)} ms)`;
}

function placeOne(stock: StockWriter, sku: string): Promise<unknown> {
  const id = makeId('rsv', Date.now(), randomBytes(10));
  const command = {
    ...{ id, location: STORE, lines: [{ sku, quantity: 1 }], ttlSeconds: 900, channel: 'web', actor: ACTOR },
    ...{
      orderReference: null,
      customer: null,
      payment: null,
      promise: null,
      feed: null,
      seller: null,
      deliverTo: null,
      planId: null,
    },
  };
  return stock.submit({
    operation: reserveItems,
    commands: [command],
    idempotency: { keyId: ACTOR.keyId, key: id, requestHash: createHash('sha256').update(id).digest() },
    answer([outcome]) {
      if (outcome?.ok !== true) throw outcome?.problem ?? new Error('no outcome');
      return { status: 201, body: JSON.stringify(outcome.value) };
    },
  });
}
