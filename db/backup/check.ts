// Owns reading a backup's file, and judging the whole of it before anybody relies on a part. Knows no database.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { cutOff, damaged } from './fault.ts';
import { type End, type Identities, type Manifest, type Part, readBackup } from './format.ts';

export type Checked = { manifest: Manifest; identities: Identities; end: End };

export type Progress = (phase: string, done: number, total: number | null, unit: string) => void;

const READ_BYTES = 262_144;

/** Reads the whole file and compares all its checksums. Throws BadBackup. */
export async function checkBackup(file: string, onProgress: Progress, signal: AbortSignal): Promise<Checked> {
  const { size } = await stat(file);
  let manifest: Manifest | undefined;
  let identities: Identities = {};
  for await (const part of partsOf(file, (bytes) => onProgress('Checking', bytes, size, 'bytes'))) {
    signal.throwIfAborted();
    if (part.kind === 'manifest') ({ manifest } = part);
    if (part.kind === 'identities') ({ identities } = part);
    if (part.kind === 'end' && manifest !== undefined) return { manifest, identities, end: part.end };
  }
  throw cutOff();
}

/** The file's parts, each judged as far as it goes. Throws BadBackup. */
export async function* partsOf(file: string, onBytes: (bytes: number) => void): AsyncGenerator<Part, void> {
  const source = createReadStream(file, { highWaterMark: READ_BYTES });
  source.on('data', () => onBytes(source.bytesRead));
  // The callback makes it a pipeline that hands errors on: they arrive where the bytes are read.
  const bytes = pipeline(source, createGunzip({ chunkSize: READ_BYTES }), () => {});
  try {
    yield* readBackup(bytes);
  } catch (error) {
    throw inWords(error);
  } finally {
    source.destroy();
    bytes.destroy();
  }
}

/** What zlib says of a file that is cut off, damaged, or none of ours. */
function inWords(error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') return cutOff(error);
  const isZlibs = typeof code === 'string' && code.startsWith('Z_');
  return isZlibs ? damaged('it cannot be unpacked, or is no backup at all', error) : error;
}
