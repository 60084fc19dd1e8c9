// Reads and locks what a batch needs, always in the same order: answers kept, levels, then what hangs on them.
// The order is what keeps two batches from waiting for each other; decides nothing.
import type { Level } from '../../domain/level.ts';
import { isDue, type Reservation } from '../../domain/reservation.ts';
import type { Transfer } from '../../domain/transfer.ts';
import { type LevelKey, lockLevels } from '../../queries/levels.ts';
import { findFacts, findTellings } from '../../queries/movements.ts';
import { findNamed, type ReservationName, reservationNameKey } from '../../queries/reservationNames.ts';
import { dueHoldsOn, readReservations } from '../../queries/reservations.ts';
import type { Tx } from '../../queries/transaction.ts';
import { readTransfers } from '../../queries/transfers.ts';
import { loadDrifts, loadOrderReferences, loadStaleness, loadSums, loadTakenPlans } from './asked.ts';
import { Batch } from './batch.ts';
import { type BufferRules, type Buffers, NO_BUFFERS } from './bufferRules.ts';
import { findHanging, type Hanging } from './hanging.ts';
import { factKey, levelKey } from './loaded.ts';
import { LostRace } from './lostRace.ts';
import { assertMade, type Names, namedLevels } from './names.ts';
import type { Needs } from './operation.ts';

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

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
