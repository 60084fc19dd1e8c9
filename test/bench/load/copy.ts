// COPY as the floor of what is taken in: rows streamed into a table for so many seconds, one statement.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from } from 'pg-copy-streams';

export type CopyRun = {
  databaseUrl: string;
  table: string;
  columns: readonly string[];
  /** A thousand rows each, in COPY's text format; drawn in turn, `{key}` replaced. */
  chunks: readonly string[];
  seconds: number;
};

/** Empties the table, then answers the rows that went in and the seconds from the first to the commit. */
export async function copyRows(
  { databaseUrl, table, columns, chunks, seconds }: CopyRun,
  fresh: (chunk: string) => string,
): Promise<{ operations: number; seconds: number }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`TRUNCATE ${table}`);
    let operations = 0;
    const startedAt = performance.now();
    function* rows() {
      for (let n = 0; performance.now() < startedAt + seconds * 1_000; n++) {
        const chunk = fresh(chunks[n % chunks.length] ?? '');
        operations += chunk.split('\n').length - 1;
        yield chunk;
      }
    }
    await pipeline(
      Readable.from(rows()),
      client.query(from(`COPY ${table} (${columns.join(', ')}) FROM STDIN`)),
    );
    return { operations, seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    await client.end();
  }
}
