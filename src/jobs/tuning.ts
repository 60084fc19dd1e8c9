// Takes the figures of self-tuning buffers anew: every hour, and at once for a rule that waits for its first.
// Owns when; the formula is domain/buffer.ts, and levels are brought up to it like after any change (buffers.ts).
import { TUNING_DAYS, tunedPercent } from '../domain/buffer.ts';
import { lockRules, raiseRulesVersion } from '../queries/buffers.ts';
import { addTuningTask } from '../queries/bufferTasks.ts';
import type { Database, Tx } from '../queries/transaction.ts';
import {
  governedByTunings,
  readPicks,
  readTuningState,
  readTunings,
  replaceTunings,
  type Tuned,
  type TunedPlace,
} from '../queries/tunings.ts';

const INTERVAL_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 86_400_000;
/** A month of picks of a large retailer; it locks nothing. */
const READ_MILLISECONDS_MAX = 60_000;

/** True when figures were taken: some rule tunes itself, and the last were an hour old. Several processes take turns. */
export async function tune({ database, now }: { database: Database; now: () => Date }): Promise<boolean> {
  const at = now();
  if (!(await isDue(database, at))) return false;
  const since = new Date(at.getTime() - TUNING_DAYS * DAY_MILLISECONDS);
  const picks = await database.transaction((tx) => readPicks(tx, since), {
    statementMilliseconds: READ_MILLISECONDS_MAX,
  });
  const tunings = picks.map((one) => ({ ...one, percent: tunedPercent(one.picks, one.notFound) }));
  return database.retried((tx) => keep(tx, tunings, at));
}

async function keep(tx: Tx, tunings: readonly Tuned[], at: Date): Promise<boolean> {
  await lockRules(tx);
  // Another process may have been first.
  if (!(await isDue(tx, at))) return false;
  const before = await readTunings(tx);
  await replaceTunings(tx, tunings, at);
  const changed = changedBetween(before, tunings);
  if (changed.length === 0) return true;
  // Also for figures that no rule uses: an item that is put into another category brings its rule to them.
  await raiseRulesVersion(tx, at);
  const governed = await governedByTunings(tx, changed);
  for (const [locationId, places] of Map.groupBy(governed, (place) => place.locationId)) {
    await addTuningTask(
      tx,
      locationId,
      places.map(({ category }) => category),
    );
  }
  return true;
}

async function isDue(tx: Tx, at: Date): Promise<boolean> {
  const { tunedAt, isUsed } = await readTuningState(tx);
  return isUsed && (tunedAt === null || at.getTime() - tunedAt.getTime() >= INTERVAL_MILLISECONDS);
}

/** The locations and categories whose percentage is another one. */
function changedBetween(before: readonly Tuned[], after: readonly Tuned[]): TunedPlace[] {
  const keyOf = ({ locationId, category, percent }: Tuned) => JSON.stringify([locationId, category, percent]);
  const meaningful = (all: readonly Tuned[]) => all.filter(({ percent }) => percent > 0);
  const [was, is] = [meaningful(before), meaningful(after)];
  const [wasKeys, isKeys] = [new Set(was.map(keyOf)), new Set(is.map(keyOf))];
  const changed = [
    ...was.filter((one) => !isKeys.has(keyOf(one))),
    ...is.filter((one) => !wasKeys.has(keyOf(one))),
  ];
  const places = changed.map(({ locationId, category }): TunedPlace => ({ locationId, category }));
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}
