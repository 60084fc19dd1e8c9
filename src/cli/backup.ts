// `comptoir backup` and `comptoir restore`: the words around db/backup, which does it.
import { stat } from 'node:fs/promises';
import { BadBackup, type End, type Manifest } from '../../db/backup/format.ts';
import { type Checked, checkBackup, loadBackup } from '../../db/backup/load.ts';
import { saveBackup, Unfit } from '../../db/backup/save.ts';
import { type Visit, visitDatabase } from '../../db/visit.ts';
import { readConfig } from '../config.ts';
import {
  type Command,
  Failure,
  messageOf,
  OK,
  onlyWords,
  readWords,
  type Terminal,
  UsageError,
} from './command.ts';
import { makeProgress } from './progress.ts';

const DATABASE_OPTIONS = {
  database: { type: 'string' },
  'data-dir': { type: 'string' },
  json: { type: 'boolean' },
} as const;
const DATABASE_USAGE = `  --database URL  a PostgreSQL; DATABASE_URL
  --data-dir DIR  else the embedded database there; COMPTOIR_DATA_DIR, or .data
  --json          what was done, as JSON`;

type Values = { database?: string | undefined; 'data-dir'?: string | undefined; json?: boolean | undefined };

export const backup: Command = {
  name: 'backup',
  summary: 'save the whole database into a file, while it is used',
  usage: `Usage: npm run comptoir -- backup FILE [options]

Saves every table in one consistent snapshot, whatever is written meanwhile, as gzip. The checksum that it prints is of
the data alone: the same data gives the same one. Keep the file like the database: customers' names are in it.

  --force         replaces FILE where it is there already
${DATABASE_USAGE}`,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, { ...DATABASE_OPTIONS, force: { type: 'boolean' } });
    const [file = ''] = onlyWords(positionals, 'FILE');
    const isThere = (await stat(file).catch(() => null)) !== null;
    if (isThere && values.force !== true)
      throw new UsageError(`${file} is there already; --force replaces it.`);
    const progress = makeProgress(terminal.errorOutput);
    return visit(values, 'together', terminal, async ({ url, where }, signal) => {
      const onRows = (_table: string, rows: number) => progress.show('Saving', rows, null, 'rows');
      const saved = await saveBackup({ url, file, now: new Date(), onRows, signal }).finally(progress.stop);
      tell(`Saved ${where} in ${file}`, saved, values, terminal);
      return OK;
    });
  },
};

export const restore: Command = {
  name: 'restore',
  summary: 'bring a backup back into an empty database',
  usage: `Usage: npm run comptoir -- restore FILE [options]

Reads and checks the whole file first, then restores it in one transaction: all of it, or nothing. Stop Comptoir
meanwhile. Cursors of the feed from before are refused afterwards (410), and their readers take a snapshot.

  --replace       throws away what is in the database, a demo too
  --check         checks the file only
${DATABASE_USAGE}`,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, {
      ...DATABASE_OPTIONS,
      replace: { type: 'boolean' },
      check: { type: 'boolean' },
    });
    const [file = ''] = onlyWords(positionals, 'FILE');
    if (!(await stat(file).catch(() => null))?.isFile()) throw new UsageError(`There is no file ${file}.`);
    const { show: onProgress, stop } = makeProgress(terminal.errorOutput);
    // Judged before a database is even started: a bad file leaves nothing behind.
    const checked = await told(checkBackup(file, onProgress, new AbortController().signal).finally(stop));
    if (values.check === true) {
      tell(`${file} is whole`, checked, values, terminal);
      return OK;
    }
    return visit(values, 'alone', terminal, async ({ url, where }, signal) => {
      const replace = values.replace === true;
      const loaded = await loadBackup({ url, file, checked, replace, onProgress, signal }).finally(stop);
      tell(`Restored ${file} into ${where}`, loaded, values, terminal);
      return OK;
    });
  },
};

async function visit(
  values: Values,
  how: 'alone' | 'together',
  terminal: Terminal,
  work: (visit: Visit, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const config = readConfig({
    ...terminal.environment,
    ...(values['data-dir'] === undefined ? {} : { COMPTOIR_DATA_DIR: values['data-dir'], DATABASE_URL: '' }),
    ...(values.database === undefined ? {} : { DATABASE_URL: values.database }),
  });
  const signal = terminal.untilInterrupted();
  const log = (line: string) => terminal.errorOutput.write(`${line}\n`);
  const visited = await visitDatabase({ ...config, how, log }).catch((error: unknown) => {
    throw new Failure(messageOf(error), { cause: error });
  });
  try {
    return await told(work(visited, signal));
  } catch (error) {
    if (signal.aborted) throw new Failure('Interrupted; nothing was changed.', { cause: error });
    throw error;
  } finally {
    await visited.end();
  }
}

/** What the database or the file refused is for whoever asked; anything else is a bug. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const isSystems = error instanceof Error && 'code' in error;
    if (!isSystems && !(error instanceof Unfit) && !(error instanceof BadBackup)) throw error;
    throw new Failure(messageOf(error), { cause: error });
  }
}

function tell(
  what: string,
  { manifest, end }: Checked | { manifest: Manifest; end: End },
  { json }: Values,
  { output }: Terminal,
): void {
  const { madeAt, postgres, migration } = manifest;
  const { tables, rows, checksum } = end;
  if (json) {
    output.write(
      `${JSON.stringify({ madeAt, postgres, migration: migration.tag, tables, rows, checksum })}\n`,
    );
    return;
  }
  output.write(
    `${what}: ${rows.toLocaleString('en')} rows of ${tables} tables, of ${madeAt} (PostgreSQL ${postgres}, ${migration.tag}).\n` +
      `Checksum of the data: ${checksum}\n`,
  );
}
