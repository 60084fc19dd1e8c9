// The body of an import as the bytes that the file holds, however it was sent. Knows pieces and gzip, no rows.
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnusableFile } from '../../domain/importPlan.ts';
import { findChunk } from '../../queries/importFiles.ts';
import type { Tx } from '../../queries/transaction.ts';

const GUNZIPPED_BYTES = 262_144;

/** Throws UnusableFile for a gzip file that is damaged or breaks off. */
export async function* bodyOf(
  database: Tx,
  file: { id: string; gzipped: boolean },
): AsyncGenerator<Buffer, void> {
  const pieces = piecesOf(database, file.id);
  if (!file.gzipped) {
    yield* pieces;
    return;
  }
  const gunzip = createGunzip({ chunkSize: GUNZIPPED_BYTES });
  // The callback is for the pipeline to be one that handles errors; they arrive at the loop below as well.
  pipeline(Readable.from(pieces), gunzip, () => {});
  try {
    for await (const bytes of gunzip) yield bytes;
  } catch (error) {
    const code = codeOf(error);
    if (!code.startsWith('Z_')) throw error;
    const what = code === 'Z_BUF_ERROR' ? 'it breaks off' : 'it is damaged';
    throw new UnusableFile('bad-gzip', `The file cannot be unpacked: ${what}.`);
  }
}

async function* piecesOf(database: Tx, importId: string): AsyncGenerator<Buffer, void> {
  for (let number = 0; ; number++) {
    const bytes = await findChunk(database, importId, number);
    if (bytes === null) return;
    yield bytes;
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
