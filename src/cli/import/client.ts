// The API as the import uses it: a file sent in a stream, its import followed, its errors fetched.
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Import, importSchema } from '../../domain/import.ts';
import { messageOf } from '../command.ts';
import { answerTo, jsonOf, open, Refused, type Server } from '../server.ts';

/** Sends a file; `onBytes` hears how many bytes went. */
export async function sendFile(
  server: Server,
  query: Readonly<Record<string, string>>,
  body: { stream: Readable; bytes: number | null; contentType: string },
  onBytes: (bytes: number) => void,
): Promise<Import> {
  const call = open(server, 'POST', `/v1/imports?${new URLSearchParams(query)}`, {
    'Content-Type': body.contentType,
    ...(body.bytes === null ? {} : { 'Content-Length': String(body.bytes) }),
  });
  const answer = answerTo(call, server);
  const sending = pipeline(counted(body.stream, onBytes), call).then(
    () => null,
    (error: unknown) => error,
  );
  try {
    return importSchema.parse(await jsonOf(await answer));
  } catch (error) {
    // Refused: the rest of the file need not travel.
    call.destroy();
    const failure = await sending;
    throw failure instanceof Refused ? failure : error;
  }
}

async function* counted(stream: Readable, onBytes: (bytes: number) => void): AsyncGenerator<Buffer, void> {
  let sent = 0;
  try {
    for await (const piece of stream) {
      const bytes: Buffer = typeof piece === 'string' ? Buffer.from(piece) : piece;
      yield bytes;
      sent += bytes.length;
      onBytes(sent);
    }
  } catch (error) {
    throw new Refused(0, `The file cannot be read: ${messageOf(error)}.`);
  }
}

export async function readImport(server: Server, id: string): Promise<Import> {
  const response = await answerTo(open(server, 'GET', `/v1/imports/${id}`).end(), server);
  return importSchema.parse(await jsonOf(response));
}

/** Writes the rejected rows into a file. */
export async function saveErrors(server: Server, record: Import, file: string): Promise<void> {
  const response = await answerTo(open(server, 'GET', record.errors).end(), server);
  await pipeline(response, createWriteStream(file));
}
