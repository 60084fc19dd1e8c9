// Reads and locks what a batch needs, always in the same order: answers kept, levels, then what hangs on them.
// The order is what keeps two batches from waiting for each other; decides nothing.
import type { ItemHead } from '../../domain/item.ts';
import type { Level } from '../../domain/level.ts';
import type { LocationRecord } from '../../domain/location.ts';
import { isDue, type Reservation } from '../../domain/reservation.ts';
import type { Transfer } from '../../domain/transfer.ts';
import { deriveLevel } from '../../queries/integrity.ts';
import { ensureLevels, type LevelKey, lockLevels } from '../../queries/levels.ts';
import { findFacts, findTellings, sumsAfter } from '../../queries/movements.ts';
import { findNamed, type ReservationName, reservationNameKey } from '../../queries/reservationNames.ts';
import {
  dueHoldsOn,
  findOrderReferences,
  findTakenPlans,
  readReservations,
} from '../../queries/reservations.ts';
import { staleAmong } from '../../queries/silence.ts';
import type { Tx } from '../../queries/transaction.ts';
import { readTransfers } from '../../queries/transfers.ts';
import { Batch } from './batch.ts';
import { type BufferRules, type Buffers, NO_BUFFERS } from './bufferRules.ts';
import { findHanging, type Hanging } from './hanging.ts';
import { type Drift, factKey, levelKey, sumKey } from './loaded.ts';
import { LevelsMissing, LostRace } from './lostRace.ts';
import type { Catalogue, Needs } from './operation.ts';

/** The items and locations that the commands name, resolved before the transaction starts. */
export type Names = {
  items: ReadonlyMap<string, ItemHead>;
  locations: ReadonlyMap<string, LocationRecord>;
};

export async function resolveNames(catalogue: Catalogue, needs: readonly Needs[]): Promise<Names> {
  const skus = new Set<string>();
  const codes = new Set<string>();
  for (const { levels = [], locations = [] } of needs) {
    for (const { sku, location } of levels) {
      skus.add(sku);
      codes.add(location);
    }
    for (const code of locations) codes.add(code);
  }
  const locations = new Map<string, LocationRecord>();
  await Promise.all(
    [...codes].map(async (code) => {
      const location = await catalogue.location(code);
      if (location !== null) locations.set(code, location);
    }),
  );
  return { items: skus.size === 0 ? new Map() : await catalogue.items([...skus]), locations };
}

/** Makes the level rows that commands bring stock to; outside the batch's transaction, for the reason in ensureLevels. */
export async function makeLevels(tx: Tx, needs: readonly Needs[], names: Names): Promise<void> {
  const keys = broughtTo(needs, names);
  if (keys.length > 0) await ensureLevels(tx, keys);
}

function broughtTo(needs: readonly Needs[], names: Names): LevelKey[] {
  const made = needs.map(({ levels = [], createsLevels = false }) => ({
    levels: levels.filter(({ location }) =>
      typeof createsLevels === 'boolean' ? createsLevels : createsLevels.at.includes(location),
    ),
  }));
  return namedLevels(made, names);
}

/**
 * Looked for under the locks, not made beforehand: after its first day a level is nearly always there, and asking for
 * a thousand costs 10 µs a movement, a sixth of all that PostgreSQL does for it.
 */
function assertMade(needs: readonly Needs[], names: Names, levels: ReadonlyMap<number, Level>): void {
  const isThere = ({ itemId, locationId }: LevelKey) => levels.has(levelKey(itemId, locationId));
  if (!broughtTo(needs, names).every(isThere)) throw new LevelsMissing('a level has no row yet');
}

/**
 * Locks and loads; the answer is the batch to decide on, and the due holds that end first. The instant of the
 * decision is taken under the locks: whoever had them before decided earlier, so times rise as versions do.
 *
 * One trip to PostgreSQL where no command names a reservation or a transfer: then only a hold that is due brings levels
 * that nobody named. Seldom is there one, as they are swept, so this is found out beside the locks; where there is, the
 * batch has lost a race and looks first when it is run again, for levels are locked all at once or in no order.
 */
export async function loadBatch(
  tx: Tx,
  needs: readonly Needs[],
  names: Names,
  { now: clock, bufferRules }: { now: () => Date; bufferRules: BufferRules },
  attempt: number,
): Promise<{ batch: Batch; dueHolds: string[] }> {
  const asked = namedLevels(needs, names);
  const looksFirst = attempt > 0 || needs.some(namesMore);
  const foundDue = findDueHolds(tx, needs, names, clock());
  const { named, hanging } = looksFirst ? await look(tx, needs, await foundDue) : NOTHING_MORE;
  const keys = [...asked, ...hanging.levels];
  const telling = unique(
    needs.filter((need) => need.tellings === true).flatMap((need) => namedBy(need, named)),
  );

  const [
    dueHolds,
    { levels, isWhole },
    buffers,
    reservations,
    transfers,
    facts,
    entries,
    sums,
    orderReferences,
    takenPlans,
    staleLocations,
  ] = await Promise.all([
    foundDue,
    lockAll(tx, keys, names),
    currentBuffers(tx, bufferRules, keys),
    readReservations(tx, hanging.reservationIds),
    readTransfers(tx, hanging.transferIds),
    findFacts(
      tx,
      needs.flatMap((need) => need.facts ?? []),
    ),
    findTellings(tx, telling),
    loadSums(tx, needs, names),
    loadOrderReferences(tx, needs),
    loadTakenPlans(tx, needs),
    loadStaleness(tx, needs, names),
  ]);
  const now = clock();
  if (!isWhole) assertMade(needs, names, levels);
  assertFound(dueHolds, hanging);
  assertWhole(reservations, transfers);
  assertLocked(reservations, levels);
  for (const { locationId, location, lines } of reservations) nameLevels(levels, locationId, location, lines);
  for (const { fromId, from, toId, to, lines } of transfers) {
    nameLevels(levels, fromId, from, lines);
    nameLevels(levels, toId, to, lines);
  }

  const batch = new Batch({
    now,
    attempt,
    items: names.items,
    locations: names.locations,
    levels,
    buffers,
    reservations: new Map(reservations.map((reservation) => [reservation.id, reservation])),
    transfers: new Map(transfers.map((transfer) => [transfer.id, transfer])),
    named,
    tellings: { of: new Set(telling), entries },
    facts: new Map(facts.map((fact) => [factKey(fact.source, fact.eventId), fact])),
    sumsAfter: sums,
    drifts: await loadDrifts(tx, needs, names, levels),
    orderReferences,
    takenPlans,
    staleLocations,
  });
  const ended = needs.flatMap((need) => (need.decidesDue === true ? [] : namedBy(need, named)));
  const due = dueAmong([...ended, ...hanging.fed], reservations, now);
  return { batch, dueHolds: unique([...dueHolds, ...due]) };
}

/**
 * Holds that commands name, or whose transfer they name, and that are due: whoever names one finds it expired, whether
 * or not a sweeper has been by.
 */
function dueAmong(named: readonly string[], reservations: readonly Reservation[], now: Date): string[] {
  const ids = new Set(named);
  return reservations.filter(({ id, ...hold }) => ids.has(id) && isDue(hold, now)).map(({ id }) => id);
}

/** What a command says may bring levels that it does not name. */
function namesMore({ reservations = [], transfers = [], named = [] }: Needs): boolean {
  return reservations.length > 0 || transfers.length > 0 || named.length > 0;
}

const NOTHING_MORE: { named: ReadonlyMap<string, readonly string[]>; hanging: Hanging } = {
  named: new Map(),
  hanging: { reservationIds: [], transferIds: [], fed: [], levels: [] },
};

/** What is named beside levels, and what hangs on it: before the locks, to know which are needed. */
async function look(tx: Tx, needs: readonly Needs[], dueHolds: readonly string[]) {
  const named = await resolveReservations(tx, needs);
  const hanging = await findHanging(tx, {
    reservations: unique([...needs.flatMap((need) => namedBy(need, named)), ...dueHolds]),
    transfers: unique(needs.flatMap((need) => need.transfers ?? [])),
  });
  return { named, hanging };
}

async function findDueHolds(tx: Tx, needs: readonly Needs[], names: Names, now: Date): Promise<string[]> {
  const ending = namedLevels(
    needs.filter((need) => need.endsDueHolds === true),
    names,
  );
  return ending.length === 0 ? [] : dueHoldsOn(tx, ending, now);
}

/** A hold that is due stands in the way, and its levels, which may be more, are not locked. */
function assertFound(dueHolds: readonly string[], { reservationIds }: Hanging): void {
  const found = new Set(reservationIds);
  if (!dueHolds.every((id) => found.has(id))) throw new LostRace('a hold that is due stands in the way');
}

/**
 * Which reservation a transfer feeds was looked up before the locks; a hold that came to wait for it meanwhile must be
 * here too, so the batch is run again and finds it.
 */
function assertWhole(reservations: readonly Reservation[], transfers: readonly Transfer[]): void {
  const known = new Set(reservations.map(({ id }) => id));
  if (transfers.every(({ reservationId }) => reservationId === null || known.has(reservationId))) return;
  throw new LostRace('a reservation came to wait for a transfer of this batch');
}

/**
 * Which levels a reservation's lines are of was looked up before the locks; one that got another line meanwhile brings a
 * level that nobody has locked, so the batch is run again and finds it.
 */
function assertLocked(reservations: readonly Reservation[], levels: ReadonlyMap<number, Level>): void {
  const isLocked = ({ locationId, lines }: Reservation) =>
    lines.every(({ itemId }) => levels.has(levelKey(itemId, locationId)));
  if (reservations.every(isLocked)) return;
  throw new LostRace('a reservation of this batch got another line');
}

/** The reservations of a command: those it names by id, and those it names otherwise. */
function namedBy(need: Needs, named: ReadonlyMap<string, readonly string[]>): string[] {
  const otherwise = (need.named ?? []).flatMap((name) => named.get(reservationNameKey(name)) ?? []);
  return [...(need.reservations ?? []), ...otherwise];
}

/** Without a lock: who has a name when we look had it, and what he is now is read under the locks of his levels. */
async function resolveReservations(tx: Tx, needs: readonly Needs[]): Promise<Map<string, string[]>> {
  const asked = needs.flatMap((need): readonly ReservationName[] => need.named ?? []);
  return asked.length === 0 ? new Map() : findNamed(tx, asked);
}

/** Asked after the locks, in the same message: for the reason in bufferRules.ts. */
async function currentBuffers(tx: Tx, rules: BufferRules, keys: readonly LevelKey[]): Promise<Buffers> {
  return keys.length === 0 ? NO_BUFFERS : rules.current(tx, [...new Set(keys.map(({ itemId }) => itemId))]);
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** `isWhole`: every level that was asked for has a row. */
async function lockAll(
  tx: Tx,
  keys: readonly LevelKey[],
  names: Names,
): Promise<{ levels: Map<number, Level>; isWhole: boolean }> {
  const wanted = new Map(keys.map((key) => [levelKey(key.itemId, key.locationId), key]));
  if (wanted.size === 0) return { levels: new Map(), isWhole: true };
  const rows = await lockLevels(tx, [...wanted.values()]);
  const skus = new Map([...names.items.values()].map((item) => [item.id, item.sku]));
  const codes = new Map([...names.locations.values()].map((location) => [location.id, location.code]));
  const levels = new Map(
    rows.map((row) => [
      levelKey(row.itemId, row.locationId),
      { ...row, sku: skus.get(row.itemId) ?? '', location: codes.get(row.locationId) ?? '' },
    ]),
  );
  return { levels, isWhole: rows.length === wanted.size };
}

/** Levels that only a reservation or a transfer brought in learn their names from its lines. */
function nameLevels(
  levels: ReadonlyMap<number, Writable<Level>>,
  locationId: number,
  location: string,
  lines: readonly { itemId: number; sku: string }[],
): void {
  for (const line of lines) {
    const level = levels.get(levelKey(line.itemId, locationId));
    if (level === undefined) continue;
    level.sku = line.sku;
    level.location = location;
  }
}

function namedLevels(needs: readonly Needs[], names: Names): LevelKey[] {
  const keys: LevelKey[] = [];
  for (const { levels = [] } of needs) {
    for (const { sku, location } of levels) {
      const item = names.items.get(sku);
      const place = names.locations.get(location);
      if (item !== undefined && place !== undefined) keys.push({ itemId: item.id, locationId: place.id });
    }
  }
  return keys;
}

async function loadSums(tx: Tx, needs: readonly Needs[], names: Names): Promise<Map<string, number>> {
  const since = needs
    .flatMap((need) => need.sumsAfter ?? [])
    .flatMap(({ sku, location, after }) => {
      const item = names.items.get(sku);
      const place = names.locations.get(location);
      return item === undefined || place === undefined
        ? []
        : [{ itemId: item.id, locationId: place.id, after }];
    });
  const units = await sumsAfter(tx, since);
  return new Map(since.map((s, place) => [sumKey(s.itemId, s.locationId, s.after), units[place] ?? 0]));
}

async function loadDrifts(
  tx: Tx,
  needs: readonly Needs[],
  names: Names,
  levels: ReadonlyMap<number, Level>,
): Promise<Map<number, Drift>> {
  const drifts = new Map<number, Drift>();
  for (const { derives = [] } of needs) {
    // One by one: a repair is rare, and asked for by a person.
    for (const { itemId, locationId } of namedLevels([{ levels: derives }], names)) {
      const key = levelKey(itemId, locationId);
      const level = levels.get(key);
      if (level === undefined) continue;
      const derived = await deriveLevel(tx, itemId, locationId);
      drifts.set(key, {
        onHand: level.onHand - derived.onHand,
        reserved: level.reserved - derived.reserved,
        incoming: level.incoming - derived.incoming,
      });
    }
  }
  return drifts;
}

async function loadOrderReferences(tx: Tx, needs: readonly Needs[]): Promise<Map<string, string>> {
  const pairs = needs.flatMap((need) => need.orderReferences ?? []);
  if (pairs.length === 0) return new Map();
  const found = await findOrderReferences(tx, pairs);
  return new Map(found.map((row) => [`${row.channel}\n${row.orderReference}`, row.id]));
}

async function loadTakenPlans(tx: Tx, needs: readonly Needs[]): Promise<Set<string>> {
  const asked = needs.flatMap((need) => need.plans ?? []);
  return asked.length === 0 ? new Set() : new Set(await findTakenPlans(tx, asked));
}

async function loadStaleness(tx: Tx, needs: readonly Needs[], names: Names): Promise<Set<number>> {
  const asked = needs.filter(({ staleness }) => staleness === true);
  if (asked.length === 0) return new Set();
  const locationIds = new Set(namedLevels(asked, names).map(({ locationId }) => locationId));
  return new Set(await staleAmong(tx, [...locationIds]));
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
