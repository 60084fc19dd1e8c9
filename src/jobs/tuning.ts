// Takes the figures of self-tuning buffers anew: every hour, and at once for a rule that waits for its first.
// Owns when; the formula is domain/buffer.ts, and levels are brought up to it like after any change (buffers.ts).
import { TUNING_DAYS, tunedPercent } from '../domain/buffer.ts';
import { lockRules, raiseRulesVersion } from '../queries/buffers.ts';
import { addRuleTask } from '../queries/bufferTasks.ts';
import type { Database, Tx } from '../queries/transaction.ts';
import { readPicks, readTuningState, readTunings, replaceTunings, type Tuned } from '../queries/tunings.ts';

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
  const locations = locationsBetween(before, tunings);
  if (locations.size === 0) return true;
  await raiseRulesVersion(tx, at);
  for (const locationId of locations) {
    await addRuleTask(tx, { locationId, category: null, itemId: null }, null);
  }
  return true;
}

async function isDue(tx: Tx, at: Date): Promise<boolean> {
  const { tunedAt, isUsed } = await readTuningState(tx);
  return isUsed && (tunedAt === null || at.getTime() - tunedAt.getTime() >= INTERVAL_MILLISECONDS);
}

/** The locations where some percentage is another one. */
function locationsBetween(before: readonly Tuned[], after: readonly Tuned[]): Set<number> {
  const keyOf = ({ locationId, category, percent }: Tuned) => JSON.stringify([locationId, category, percent]);
  const meaningful = (all: readonly Tuned[]) => all.filter(({ percent }) => percent > 0);
  const [was, is] = [before, after].map((all) => new Map(meaningful(all).map((one) => [keyOf(one), one])));
  const changed = new Set<number>();
  for (const [key, { locationId }] of was ?? []) if (is?.has(key) !== true) changed.add(locationId);
  for (const [key, { locationId }] of is ?? []) if (was?.has(key) !== true) changed.add(locationId);
  return changed;
}
