// `comptoir import` from its words to its exit code: the file is sent, its import followed to the end, the outcome told.
// The server does the work: should this process end, the import goes on there.
import { setTimeout as pause } from 'node:timers/promises';
import { ENDED_STATUSES, type Import } from '../../domain/import.ts';
import { UnusableFile } from '../../domain/importPlan.ts';
import { type Command, FAILED, Failure, OK, type Terminal, UsageError } from '../command.ts';
import { makeProgress, type Progress } from '../progress.ts';
import { Refused, type Server, serverOf } from '../server.ts';
import { type Arguments, readArguments, USAGE } from './arguments.ts';
import { readImport, saveErrors, sendFile } from './client.ts';
import { formatIn, type Input, openInput, openJoined } from './files.ts';

const POLL_MILLISECONDS = 250;
/** A server that restarts goes on with the import: its silence is waited out for so long. */
const SILENCE_MILLISECONDS_MAX = 60_000;

/** Ends with 0 when the import succeeded (with --strict, without a rejected row), else with 1. */
export const importCommand: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const asked = readArguments(words);
    const server = await serverOf({ url: asked.url ?? undefined, key: asked.key ?? undefined }, terminal);
    try {
      return await importFile(asked, server, terminal);
    } catch (error) {
      throw error instanceof UnusableFile ? new Failure(error.message, { cause: error }) : error;
    }
  },
};

async function importFile(
  asked: Arguments,
  server: Server,
  { output, errorOutput }: Terminal,
): Promise<number> {
  const startedAt = performance.now();
  const progress = makeProgress(errorOutput);
  let record: Import;
  try {
    record = await send(asked, server, progress);
    record = await follow(server, record, progress);
  } finally {
    progress.stop();
  }
  output.write(`${summary(record, (performance.now() - startedAt) / 1_000)}\n`);
  if (asked.errors !== null) {
    await saveErrors(server, record, asked.errors);
    output.write(`Rejected rows are in ${asked.errors}, each with its reason.\n`);
  } else if (record.rowsRejected > 0) {
    output.write(`Rejected rows, each with its reason: ${new URL(record.errors, server.url).href}\n`);
  }
  return record.status === 'succeeded' && !(asked.strict && record.rowsRejected > 0) ? OK : FAILED;
}

async function send(asked: Arguments, server: Server, progress: Progress): Promise<Import> {
  const input = await inputOf(asked);
  const format = formatIn(asked.file);
  const query = { ...(format === null ? {} : { format }), ...asked.query };
  // A joined file is CSV with a header and commas, whatever its parts were.
  if (asked.join !== null)
    for (const name of ['format', 'delimiter', 'header']) Reflect.deleteProperty(query, name);
  progress.show('Sending', 0, input.bytes, 'bytes');
  return sendFile(server, query, input, (bytes) => progress.show('Sending', bytes, input.bytes, 'bytes'));
}

function inputOf({ file, join, query }: Arguments): Promise<Input> {
  if (join === null) return openInput(file);
  if (file === '-') throw new UsageError('A join needs a file, not standard input.');
  return openJoined(file, join, query);
}

async function follow(server: Server, sent: Import, progress: Progress): Promise<Import> {
  let record = sent;
  let heardAt = performance.now();
  while (!hasEnded(record)) {
    progress.show(phaseOf(record), record.rowsDone, record.rowsTotal, 'rows');
    await pause(POLL_MILLISECONDS);
    try {
      record = await readImport(server, sent.id);
      heardAt = performance.now();
    } catch (error) {
      const isPassing =
        error instanceof Refused && (error.status === 0 || error.status === 429 || error.status === 503);
      if (!isPassing || performance.now() - heardAt > SILENCE_MILLISECONDS_MAX) throw error;
    }
  }
  progress.show('Importing', record.rowsDone, record.rowsTotal, 'rows');
  return record;
}

function phaseOf({ status, rowsTotal }: Import): string {
  if (status === 'queued') return 'Waiting';
  return rowsTotal === null ? 'Counting' : 'Importing';
}

function hasEnded({ status }: Import): boolean {
  return ENDED_STATUSES.some((ended) => ended === status);
}

function summary(record: Import, seconds: number): string {
  const count = (rows: number) => rows.toLocaleString('en');
  const { rowsDone, rowsUnchanged, rowsRejected } = record;
  const kept = rowsDone - rowsUnchanged - rowsRejected;
  const lines = [
    `${record.id} ${record.status}${record.dryRun ? ' (dry run: nothing was kept)' : ''}`,
    `${count(rowsDone)} rows in ${seconds.toFixed(1)} s (${count(Math.round(rowsDone / seconds))} rows/s): ` +
      `${count(kept)} new or changed, ${count(rowsUnchanged)} unchanged, ${count(rowsRejected)} rejected`,
  ];
  if (record.failure !== null) lines.push(`${record.failure.code}: ${record.failure.detail}`);
  if (record.repeats !== null) {
    lines.push(
      `The same file as ${record.repeats}: its levels were counted then. Map countedAt:=now to count them anew.`,
    );
  }
  return lines.join('\n');
}
