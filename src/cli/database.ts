// How commands get at the database itself, and say what they did with it.
import { BadBackup } from '../../db/backup/fault.ts';
import type { End, Manifest } from '../../db/backup/format.ts';
import { Unfit } from '../../db/backup/save.ts';
import { type Visit, visitDatabase } from '../../db/visit.ts';
import { readConfig } from '../config.ts';
import { Failure, messageOf, type Terminal } from './command.ts';

export const DATABASE_OPTIONS = {
  database: { type: 'string' },
  'data-dir': { type: 'string' },
  json: { type: 'boolean' },
} as const;
export const DATABASE_USAGE = `  --database URL  a PostgreSQL; DATABASE_URL
  --data-dir DIR  else the embedded database there; COMPTOIR_DATA_DIR, or .data
  --json          what was done, as JSON`;

type Values = { database?: string | undefined; 'data-dir'?: string | undefined; json?: boolean | undefined };

export async function visit(
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
export async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const isSystems = error instanceof Error && 'code' in error;
    if (!isSystems && !(error instanceof Unfit) && !(error instanceof BadBackup)) throw error;
    throw new Failure(messageOf(error), { cause: error });
  }
}

export function tell(
  what: string,
  { manifest, end }: { manifest: Manifest; end: End },
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
