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
    throw isZlibError(error)
      ? new UnusableFile('bad-gzip', `The file cannot be unpacked: ${error.message}.`)
      : error;
  }
}

async function* piecesOf(database: Tx, importId: string): AsyncGenerator<Buffer, void> {
  for (let number = 0; ; number++) {
    const bytes = await findChunk(database, importId, number);
    if (bytes === null) return;
    yield bytes;
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}
