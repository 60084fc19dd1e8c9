// A small retailer with a stock writer, on a database of its own: what tests of stock and reservations start from.
// Owns no assertion. Real PostgreSQL, the real writer; only the randomness of ids is the test's.
import { randomBytes } from 'node:crypto';
import { makeId } from '../../src/domain/id.ts';
import type { LocationInput } from '../../src/domain/location.ts';
import type { Reservation } from '../../src/domain/reservation.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { type ReserveItems, reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { openStockWriter, type StockWriter } from '../../src/operations/stockWriter.ts';
import type { StockOperation } from '../../src/operations/writer/operation.ts';
import type { Outcome } from '../../src/operations/writer/outcome.ts';
import { checkIntegrity } from '../../src/queries/integrity.ts';
import { listStock, type StockRow } from '../../src/queries/stock.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { Catalogue } from '../../src/views/catalogue.ts';
import { Locations } from '../../src/views/locations.ts';
import { createTestDatabase } from './database.ts';

export const ACTOR = { keyId: 'key_test', name: 'test' };
export const LILLE = 'FR-LILLE-01';
export const LYON = 'FR-LYON-01';
export const TABLE = 'TABLE-BASSE';
export const LAMP = 'LAMPE';

export type StockRoom = {
  database: Database;
  stock: StockWriter;
  url: string;
  /** Sets on hand by a count. */
  put(sku: string, location: string, onHand: number): Promise<void>;
  level(sku: string, location: string): Promise<StockRow>;
  reserve(command: Partial<ReserveItems>): Promise<Outcome<Reservation>>;
  /** A hold that was placed and confirmed. */
  order(command: Partial<ReserveItems>): Promise<Reservation>;
  one<Command, Value>(operation: StockOperation<Command, Value>, command: Command): Promise<Outcome<Value>>;
  /** Levels that do not agree with their evidence. */
  drift(): Promise<unknown[]>;
  /** Makes a hold's time be over. */
  age(reservationId: string): Promise<void>;
  close(): Promise<void>;
};

export async function openStockRoom(): Promise<StockRoom> {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase({ url, connectionsMax: 8, onIdleError: fail });
  const places = [locationRow(LILLE, 50.63, 3.06), locationRow(LYON, 45.76, 4.84)];
  await database.transaction((tx) => saveLocations(tx, places, new Date()));
  const items = [TABLE, LAMP].map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await database.transaction((tx) => saveItems(tx, items, new Date()));
  const stock = openStockWriter(writerOptions(database));
  const room = { database, stock, url };
  return { ...room, ...acts(room), close: () => closeAll(room, drop) };
}

/** The options of a writer on this database, as another process would have them. */
export function writerOptions(database: Database) {
  const locations = new Locations({ database, onError: fail });
  return {
    database,
    catalogue: new Catalogue(database, locations),
    expire: expireReservation,
    now: () => new Date(),
    onCommit: () => {},
    onError: fail,
    commandsQueuedMax: 20_000,
    commandsPerBatchMax: 200,
    batchesInFlightMax: 2,
  };
}

function acts({ database, stock }: { database: Database; stock: StockWriter }) {
  async function one<Command, Value>(operation: StockOperation<Command, Value>, command: Command) {
    const [outcome] = await stock.apply(operation, [command]);
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  }
  const reserve = (command: Partial<ReserveItems>) => one(reserveItems, reserveCommand(command));
  return {
    one,
    reserve,
    async put(sku: string, location: string, onHand: number) {
      const eventId = newReservationId();
      const count = { source: 'wms', eventId, sku, location, onHand, countedAt: new Date(), expected: null };
      const outcome = await one(recordCounts, { ...count, maySee: () => true });
      if (!outcome.ok) throw outcome.problem;
    },
    async level(sku: string, location: string) {
      const filters = { sku, location, visible: null };
      const [row] = await listStock(database, filters, null, 1, new Date());
      if (row === undefined) throw new Error(`no level of ${sku} at ${location}`);
      return row;
    },
    async order(command: Partial<ReserveItems>) {
      const held = must(await reserve(command));
      return must(await one(confirmReservation, confirmCommand(held)));
    },
    drift: async () => (await checkIntegrity(database)).drift,
    async age(reservationId: string) {
      await database.run(
        'test.age',
        "UPDATE reservations SET expires_at = now() - interval '1 s' WHERE id = $1",
        [reservationId],
      );
    },
  };
}

export function must<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw outcome.problem;
  return outcome.value;
}

/** The problem's code, or 'ok'. */
export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.problem.code;
}

export function newReservationId(): string {
  return makeId('rsv', Date.now(), randomBytes(10));
}

export function reserveCommand(command: Partial<ReserveItems>): ReserveItems {
  return {
    id: newReservationId(),
    location: LILLE,
    lines: [{ sku: TABLE, quantity: 1 }],
    ttlSeconds: 900,
    channel: 'web',
    orderReference: null,
    customer: null,
    payment: null,
    promise: null,
    feed: null,
    seller: null,
    deliverTo: null,
    planId: null,
    actor: ACTOR,
    ...command,
  };
}

export function confirmCommand(held: Pick<Reservation, 'id' | 'location' | 'lines' | 'channel'>) {
  return {
    id: held.id,
    admit: () => true,
    levels: held.lines.map(({ sku }) => ({ sku, location: held.location })),
    channel: held.channel,
    orderReference: `order-${held.id}`,
    customer: null,
    payment: null,
    promise: null,
    escalatesAt: null,
    pickupCodes: ['123456', '234567', '345678'] as const,
    actor: ACTOR,
  };
}

export function locationRow(
  code: string,
  latitude: number,
  longitude: number,
): { code: string; input: LocationInput } {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
  return {
    code,
    input: {
      kind: 'store',
      name: code,
      address: { street: '1 rue du Test', postalCode: '59000', city: code, country: 'FR' },
      coordinates: { latitude, longitude },
      timeZone: 'Europe/Paris',
      openingHours: { weekly: [{ days: [...days], opens: '09:00', closes: '19:00' }], exceptions: [] },
      pickup: { enabled: true, preparationMinutes: 30, holdDays: 5 },
    },
  };
}

async function closeAll(
  { stock, database }: { stock: StockWriter; database: Database },
  drop: () => Promise<void>,
) {
  await stock.close();
  await database.close();
  await drop();
}

function fail(error: unknown): never {
  throw error;
}
