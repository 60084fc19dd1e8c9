// Loads the demo retailer Fait Maison into an empty database, through the same operations as everybody's data.
// Knows the order of things: places and items, then what was counted and moved, then orders, then keys.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type DemoRetailer, faitMaison } from '../../db/demo/faitMaison.ts';
import type { Position } from '../domain/feedPosition.ts';
import { itemInputSchema } from '../domain/item.ts';
import { locationInputSchema } from '../domain/location.ts';
import { expireReservation } from '../operations/expireReservation.ts';
import { recordCounts } from '../operations/recordCounts.ts';
import { recordMovements } from '../operations/recordMovements.ts';
import { saveBuffer } from '../operations/saveBuffer.ts';
import { saveItems } from '../operations/saveItems.ts';
import { saveLocations } from '../operations/saveLocation.ts';
import { openStockWriter, type StockWriter } from '../operations/stockWriter.ts';
import type { StockOperation } from '../operations/writer/operation.ts';
import { listLocations } from '../queries/locations.ts';
import type { Database, Tx } from '../queries/transaction.ts';
import type { Catalogue } from '../views/catalogue.ts';
import { loadExamples } from './examples.ts';
import { type DemoKeys, saveDemoKeys } from './keys.ts';
import { playReservation } from './orders.ts';
import { loadSources } from './sources.ts';
import { loadStores } from './store.ts';
import { playTransfers } from './transfers.ts';

export type LoadDemoOptions = {
  database: Database;
  catalogue: Catalogue;
  log: Logger;
  now: () => Date;
  /** What the demo keys are derived from, so that a restart can name them again without keeping them. */
  adminKey: string;
  /** Where it is, the demo's webhooks begin. */
  feed: { horizon(): Position };
};

/** One batch of the writer. */
const ROWS_PER_BATCH = 1_000;

/** Two processes that start on one empty database: the second waits here, and then finds the demo loaded. */
const LOAD_LOCK = 7_230_401;
const LOCK_POLL_MILLISECONDS = 200;

/** Loads the demo if the database holds no location yet. Answers the demo's keys, or null where it is not the demo. */
export async function loadDemo(options: LoadDemoOptions): Promise<DemoKeys | null> {
  const { database, adminKey, now } = options;
  return database.transaction(async (tx) => {
    await waitForTurn(tx);
    const page = { after: null, limit: 1 };
    const isEmpty = (await listLocations(tx, { kind: null, codes: null }, page)).length === 0;
    if (isEmpty) await loadRetailer(options, faitMaison(now()));
    return saveDemoKeys(database, adminKey, isEmpty ? now() : null);
  });
}

/** Asks again and again rather than waiting inside a statement; the load may take longer than a transaction idles. */
async function waitForTurn(tx: Tx): Promise<void> {
  await tx.run('demo.patience', 'SET LOCAL idle_in_transaction_session_timeout = 0', []);
  for (;;) {
    const [row] = await tx.run<{ ours: boolean }>(
      'demo.lock',
      'SELECT pg_try_advisory_xact_lock($1) AS ours',
      [LOAD_LOCK],
    );
    if (row?.ours) return;
    await delay(LOCK_POLL_MILLISECONDS);
  }
}

async function loadRetailer(
  { database, catalogue, log, now, adminKey, feed }: LoadDemoOptions,
  retailer: DemoRetailer,
) {
  const startedAt = performance.now();
  await loadCatalogue(database, retailer, now());
  await loadStores(database, retailer, now());
  // A writer of its own, whose clock the script of orders sets: their history then reads as it would have happened.
  let clock = now();
  const stock = openStockWriter({
    database,
    catalogue,
    expire: expireReservation,
    now: () => clock,
    onCommit: () => {},
    onError: (error) => log.error({ err: error }, 'the demo could not be loaded'),
    commandsQueuedMax: 10 * ROWS_PER_BATCH,
    commandsPerBatchMax: ROWS_PER_BATCH,
    batchesInFlightMax: 1,
  });
  await loadStock(stock, retailer);
  await loadSources(database, retailer, now());
  const byAge = [...retailer.reservations, ...retailer.examples].toSorted((a, b) =>
    a.placedAt < b.placedAt ? -1 : 1,
  );
  for (const scripted of byAge) {
    await playReservation({ stock, catalogue, scripted, until: now(), setClock: (at) => (clock = at) });
  }
  await loadBuffers(database, retailer, now());
  clock = now();
  await playTransfers(stock, retailer.transfers, clock);
  await stock.close();
  await loadExamples(database, { retailer, adminKey, now: now(), position: feed.horizon() });
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  log.info({ locations: retailer.locations.length, items: retailer.items.length, seconds }, 'demo loaded');
}

async function loadCatalogue(database: Database, retailer: DemoRetailer, now: Date): Promise<void> {
  const locations = retailer.locations.map(({ code, ...input }) => ({
    code,
    input: locationInputSchema.parse(input),
  }));
  const items = retailer.items.map(({ sku, ...input }) => ({ sku, input: itemInputSchema.parse(input) }));
  await database.transaction(async (tx) => {
    // Warehouses first: stores name the one that replenishes them.
    const [warehouses, stores] = [
      locations.filter(({ input }) => input.kind === 'warehouse'),
      locations.filter(({ input }) => input.kind === 'store'),
    ];
    refuseNone([...(await saveLocations(tx, warehouses, now)), ...(await saveLocations(tx, stores, now))]);
    refuseNone(await saveItems(tx, items, now));
  });
}

/** Last: the orders were placed before there were any. Levels show them once the jobs have been by. */
async function loadBuffers(database: Database, { buffers }: DemoRetailer, now: Date): Promise<void> {
  for (const buffer of buffers) {
    const command = { ...buffer, sku: null, guard: () => {} };
    await database.transaction((tx) => saveBuffer(tx, command, now));
  }
}

async function loadStock(stock: StockWriter, { counts, movements }: DemoRetailer): Promise<void> {
  const maySee = () => true;
  const countCommands = counts.map(({ countedAt, ...count }) => ({
    ...count,
    countedAt: new Date(countedAt),
    expected: null,
    maySee,
  }));
  await applyAll(stock, recordCounts, countCommands);
  const movementCommands = movements.map(({ occurredAt, ...movement }) => ({
    ...movement,
    occurredAt: new Date(occurredAt),
    reservationId: null,
    maySee,
    actor: { keyId: movement.source, name: movement.source },
  }));
  await applyAll(stock, recordMovements, movementCommands);
}

async function applyAll<Command>(
  stock: StockWriter,
  operation: StockOperation<Command, unknown>,
  commands: readonly Command[],
): Promise<void> {
  for (let start = 0; start < commands.length; start += ROWS_PER_BATCH) {
    const outcomes = await stock.apply(operation, commands.slice(start, start + ROWS_PER_BATCH));
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.problem;
  }
}

/** The demo's data is ours: a refusal is a bug of ours, and the boot says so. */
function refuseNone(saved: readonly { outcome: string; problem?: Error }[]): void {
  for (const { problem } of saved) if (problem !== undefined) throw problem;
}
