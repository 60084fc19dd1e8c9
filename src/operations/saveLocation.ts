// Keeps descriptions of locations, any number at once: the PUT, the import and the demo all come here.
// What is not different is not written: no new version, no event.
import {
  describeLocation,
  type LocationInput,
  type LocationRecord,
  sameLocation,
  showLocation,
} from '../domain/location.ts';
import { Problem } from '../domain/problem.ts';
import { refuseSupply, supplyOrder } from '../domain/replenishment.ts';
import type { Guard, Saved } from '../domain/saved.ts';
import { insertEvents } from '../queries/events.ts';
import {
  findLocations,
  insertLocations,
  type LocationWrite,
  lockLocationsForWriting,
  supplySources,
  updateLocations,
} from '../queries/locations.ts';
import type { Tx } from '../queries/transaction.ts';

export type SaveLocation = { code: string; input: LocationInput; guard?: Guard };

type Verdict = 'created' | 'updated' | 'unchanged' | Problem;

/** The locations that the batch names, as stored and as it will leave them, and who supplies whom. */
type Draft = {
  stored: ReadonlyMap<string, LocationRecord>;
  now: Map<string, LocationWrite | LocationRecord>;
  supply: Map<string, string | null>;
};

/** Saves one location; throws the Problem that refuses it. */
export async function saveLocation(tx: Tx, row: SaveLocation, now: Date) {
  const [saved] = await saveLocations(tx, [row], now);
  if (saved === undefined) throw new Error('no outcome for the location');
  if (saved.outcome === 'rejected') throw saved.problem;
  return saved;
}

/**
 * Saves the locations as if one after another, with an outcome for each, in order; one that is refused spoils no
 * other. A location may be supplied from one that is new and comes later. A code that comes twice is saved twice, so
 * the last one stands; both outcomes, and the one event, then show the location as it is in the end.
 * Inputs have passed `locationInputSchema`, codes `locationCodeSchema`. Refusals beside the guard's own:
 * `invalid-request` for a source that is unknown, is the location itself, or is supplied from it.
 */
export async function saveLocations(
  tx: Tx,
  rows: readonly SaveLocation[],
  now: Date,
): Promise<Saved<LocationRecord>[]> {
  await lockLocationsForWriting(tx);
  const codes = [...new Set(rows.map((row) => row.code))];
  const stored = new Map((await findLocations(tx, codes)).map((location) => [location.code, location]));
  const draft: Draft = { stored, now: new Map(stored), supply: await supplySources(tx) };
  const verdicts = new Map<number, Verdict>();
  const changes = rows.map(({ code, input }) => ({ code, from: input.replenishment?.from ?? null }));
  for (const at of supplyOrder(changes, draft.supply)) {
    const row = rows[at];
    if (row !== undefined) verdicts.set(at, decide(draft, row, now));
  }
  const changed = await write(tx, draft);
  const kept = new Map([...stored, ...changed]);
  await insertEvents(
    tx,
    [...changed.values()].map((location) => locationChanged(location, stored.get(location.code))),
  );
  return rows.map(({ code }, at) => savedOf(verdicts.get(at), kept.get(code)));
}

function decide(draft: Draft, { code, input, guard }: SaveLocation, at: Date): Verdict {
  const before = draft.now.get(code);
  const after = describeLocation(input);
  const from = after.replenishment?.from ?? null;
  try {
    guard?.(before?.version ?? null);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  if (before !== undefined && sameLocation(before, after)) return 'unchanged';
  const refusal = refuseSupply({ code, from }, draft.supply);
  if (refusal !== null) return refusal;
  draft.supply.set(code, from);
  draft.now.set(code, { ...after, code, version: (before?.version ?? 0) + 1, at });
  return before === undefined ? 'created' : 'updated';
}

/** Writes what changed, and returns it by code as it now is. */
async function write(tx: Tx, draft: Draft): Promise<Map<string, LocationRecord>> {
  const writes = [...draft.now.values()].filter((location): location is LocationWrite => 'at' in location);
  if (writes.length === 0) return new Map();
  const inserts = writes.filter(({ code }) => !draft.stored.has(code));
  if (inserts.length > 0) await insertLocations(tx, inserts);
  // New ones too: now that all are there, each can be told where it is supplied from.
  await updateLocations(tx, writes);
  const written = await findLocations(
    tx,
    writes.map(({ code }) => code),
  );
  return new Map(written.map((location) => [location.code, location]));
}

function savedOf(verdict: Verdict | undefined, record: LocationRecord | undefined): Saved<LocationRecord> {
  if (verdict instanceof Problem) return { outcome: 'rejected', problem: verdict };
  if (verdict === undefined || record === undefined)
    throw new Error('a location was accepted but not written');
  return { outcome: verdict, record };
}

/** What hangs on a location may hang on what supplied it before, too: of that the event tells as it was. */
function locationChanged(location: LocationRecord, before: LocationRecord | undefined) {
  const previous = before === undefined ? null : { kind: before.kind, replenishment: before.replenishment };
  return {
    type: 'location.changed' as const,
    occurredAt: location.updatedAt,
    location: location.code,
    subject: location.code,
    version: location.version,
    data: { ...showLocation(location), previous },
  };
}
