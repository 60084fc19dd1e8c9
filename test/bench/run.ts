// `npm run bench`: measures Comptoir against what the machine, the framework and the database can do in the same run.
// Judges what was loaded, never a time: it ends with 1 where stock drifts or an answer is wrong, with 0 whatever the ratios.
import { writeFile } from 'node:fs/promises';
import { chosen, type Group, type Row } from './group.ts';
import { GROUPS } from './groups.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { openFilled, type Rig, startRig } from './rig.ts';
import { figuresOf, runRounds, sidesOf } from './rounds.ts';
import type { Shop } from './shop.ts';
import { cpuTable, machine, markdownTable, type Result, screenTable, toJson } from './table.ts';
import { worldOf } from './world.ts';

const startedAt = performance.now();
/** What shells say of a program that Ctrl-C ended. */
const STOPPED = 130;

function tell(line: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const selection = chosen(GROUPS, options.only);
  if (options.list) {
    for (const { group, rows } of selection) console.log(listed(group, rows));
    return;
  }
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort(new Error('stopped by Ctrl-C')));
  process.on('SIGTERM', () => stop.abort(new Error('stopped')));
  tell(machine());
  const rig = await startRig({ ...options, tell });
  try {
    const results = await race(runAll(rig, selection, options, stop.signal), stop.signal);
    console.log(options.markdown ? markdownTable(results) : screenTable(results));
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    tell(String(error));
    process.exitCode = STOPPED;
  } finally {
    await rig.close();
    // What was under way when it was stopped, a start of the API for one, must not keep the process.
    if (stop.signal.aborted) process.exit();
  }
}

async function runAll(
  rig: Rig,
  selection: readonly { group: Group; rows: Row[] }[],
  options: Options,
  signal: AbortSignal,
): Promise<Result[]> {
  const shop = await openFilled(rig, { name: 'base', world: worldOf(options.levels), copied: true });
  const results: Result[] = [];
  for (const { group, rows } of selection) {
    results.push(await runGroup(rig, shop, { group, rows, options, signal }));
    // After each group: what a later one fails at is no reason to lose what was measured.
    if (options.json !== null) await writeFile(options.json, toJson(results, options));
  }
  await shop.checkIntegrity();
  tell('no level drifts');
  return results;
}

type Turn = { group: Group; rows: readonly Row[]; options: Options; signal: AbortSignal };

async function runGroup(rig: Rig, shop: Shop, { group, rows, options, signal }: Turn): Promise<Result> {
  tell(`${group.name}: preparing`);
  const prepared = await group.prepare(rig, shop);
  try {
    const sides = sidesOf(prepared, rows);
    const progress = (side: string, round: number) => {
      if (side === sides[0])
        tell(`${group.name}: ${round === 0 ? 'warming up' : `round ${round} of ${options.rounds}`}`);
    };
    const rounds = await runRounds(prepared, sides, { ...options, cpu: rig.cpu, progress, signal });
    await prepared.check?.();
    const result = {
      group: group.name,
      figures: rows.map((row) => figuresOf(row, rounds)),
      rounds,
      notes: (await prepared.notes?.()) ?? [],
    };
    tell(`${group.name}: done\n${screenTable([result])}\n${cpuTable(result)}`);
    return result;
  } finally {
    await prepared.close?.();
  }
}

function listed(group: Group, rows: readonly Row[]): string {
  return [`${group.name}`, ...rows.map((row) => `  ${row.name.padEnd(24)} ${row.title}`)].join('\n');
}

/** What is under way when the run is stopped fails by itself; nobody waits for it. */
function race<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

if (process.argv.includes('--help')) console.log(HELP);
else {
  await main().catch((error) => {
    process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    process.exitCode = 1;
  });
}
