// A body of any size on its way into the database: piece by piece, never whole in memory, and nothing stays of an
// upload that does not come to its end. Knows bytes; what is in them is found out by the job.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Problem } from '../domain/problem.ts';
import { deleteAbandoned, insertChunk } from '../queries/importFiles.ts';
import { abandonReceiving } from '../queries/imports.ts';
import type { Database } from '../queries/transaction.ts';
import { Refused } from './auth.ts';
import { ClientGone } from './body.ts';

/** One row of import_chunks. */
const CHUNK_BYTES = 1_048_576;
/** A connection on which nothing moves is closed long before (server.ts): this is for a process that died. */
export const UPLOAD_LEASE_SECONDS = 300;
const ABANDONED_CHUNKS_MAX = 32;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

type Source = { stream: Readable; signal: AbortSignal };

export type Upload = Source & { importId: string; contentEncoding: string | undefined };

/** What a body is told apart by: its SHA-256, and how many bytes it has. */
export type Fingerprint = { sha256: Buffer; bytes: number };

/**
 * Keeps the body as chunks of the import, and answers what it is told apart by and whether it is gzip: told by its
 * first bytes, because clients often do not say so. Throws ClientGone, `unauthorized` once the key is revoked,
 * `unavailable` while the process stops, `malformed-body` for an empty body or one that is not gzip although it says so,
 * `unsupported-media-type` for another encoding.
 */
export async function receiveUpload(
  database: Database,
  upload: Upload,
): Promise<{ gzipped: boolean; fingerprint: Fingerprint }> {
  const saysGzip = isGzipEncoding(upload.contentEncoding);
  let gzipped: boolean | undefined;
  let number = 0;
  let length = 0;
  const sha256 = createHash('sha256');
  for await (const bytes of inChunks(piecesOf(upload))) {
    sha256.update(bytes);
    length += bytes.length;
    gzipped ??= bytes.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC);
    if (saysGzip && !gzipped) throw new Problem('malformed-body', 'The body says gzip, and is not.');
    const chunk = { importId: upload.importId, number, bytes };
    const isKept = await insertChunk(database, chunk, UPLOAD_LEASE_SECONDS);
    if (!isKept) throw new Problem('request-timeout', 'The upload stood still for too long.');
    number += 1;
  }
  if (gzipped === undefined) throw new Problem('malformed-body', 'The body is empty.');
  return { gzipped, fingerprint: { sha256: sha256.digest(), bytes: length } };
}

/**
 * Whether the body is one that came before. Keeps nothing of it, and reads no further than that one had bytes.
 * Throws ClientGone, `unauthorized` once the key is revoked, and `unavailable` while the process stops.
 */
export async function isSameUpload(source: Source, first: Fingerprint): Promise<boolean> {
  let length = 0;
  const sha256 = createHash('sha256');
  for await (const piece of piecesOf(source)) {
    sha256.update(piece);
    length += piece.length;
    if (length > first.bytes) return false;
  }
  return sha256.digest().equals(first.sha256);
}

/** Takes back what came of an upload. In pieces: one statement for gigabytes would take too long. */
export async function discardUpload(database: Database, importId: string): Promise<void> {
  await abandonReceiving(database, importId);
  while ((await deleteAbandoned(database, ABANDONED_CHUNKS_MAX)) === ABANDONED_CHUNKS_MAX);
}

function isGzipEncoding(encoding: string | undefined): boolean {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'gzip' || name === 'x-gzip') return true;
  if (name === 'identity' || name === '') return false;
  throw new Problem('unsupported-media-type', 'The Content-Encoding may be gzip, or there may be none.');
}

/** Whatever sizes the network gives, as chunks of one size. */
async function* inChunks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < CHUNK_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

/** The stream's pieces, until the process stops or the key is revoked. The stream itself is left whole: its sender still gets an answer. */
async function* piecesOf({ stream, signal }: Source): AsyncGenerator<Buffer, void> {
  const pieces = stream.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const piece = await unlessStopped(pieces.next(), signal);
      if (piece.done === true) return;
      yield piece.value;
    }
  } catch (error) {
    // The response closes with the connection, and then both say so.
    throw stream.destroyed && !stream.readableEnded ? new ClientGone() : error;
  } finally {
    // Lets go of the stream, so that what is left of it can run out. Not waited for: a piece may never come.
    pieces.return?.().catch(() => {});
  }
}

function whyStopped({ reason }: AbortSignal): Problem {
  if (reason instanceof Refused) return reason;
  return new Problem('unavailable', 'The server is shutting down: send the file again.');
}

/** A promise of its own for each piece: one that outlived them would hold every piece that ever raced with it. */
async function unlessStopped<Piece>(piece: Promise<Piece>, signal: AbortSignal): Promise<Piece> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(whyStopped(signal));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([stopped.promise, piece]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
