// What an upload holds in memory while it comes. Needs no database: what is kept of it is another matter.
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { isSameUpload } from '../../src/http/upload.ts';
import { eventually } from '../support/eventually.ts';

const PIECE_BYTES = 65_536;
const MEGABYTE = 1_048_576;
const HELD_BYTES_MAX = 16 * MEGABYTE;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}

test('an upload lets go of each piece once it was read', async () => {
  const sent = 100 * MEGABYTE;
  let heldBytes = Number.POSITIVE_INFINITY;
  async function* body() {
    const { arrayBuffers } = process.memoryUsage();
    for (let length = 0; length < sent; length += PIECE_BYTES) yield Buffer.alloc(PIECE_BYTES);
    // Buffers are swept beside the program: what can be freed is free a moment after the collection.
    await eventually(() => {
      collectGarbage();
      heldBytes = process.memoryUsage().arrayBuffers - arrayBuffers;
      return heldBytes < HELD_BYTES_MAX;
    }).catch(() => heldBytes);
  }
  const first = { sha256: Buffer.alloc(32), bytes: sent };
  const { signal } = new AbortController();
  expect(await isSameUpload({ stream: Readable.from(body()), signal }, first)).toBe(false);
  expect(heldBytes).toBeLessThan(HELD_BYTES_MAX);
});

test('an upload that stands still ends as soon as the process stops, and its stream stays whole', async () => {
  const stream = new Readable({ read() {} });
  const stopping = new AbortController();
  const same = isSameUpload({ stream, signal: stopping.signal }, { sha256: Buffer.alloc(32), bytes: 10 });
  stream.push(Buffer.from('a'));
  stopping.abort();
  await expect(same).rejects.toMatchObject({ code: 'unavailable' });
  expect(stream.destroyed).toBe(false);
});

test('an upload that begins while the process stops is not read', async () => {
  const stream = new Readable({ read() {} });
  const source = { stream, signal: AbortSignal.abort() };
  await expect(isSameUpload(source, { sha256: Buffer.alloc(32), bytes: 10 })).rejects.toMatchObject({
    code: 'unavailable',
  });
});
