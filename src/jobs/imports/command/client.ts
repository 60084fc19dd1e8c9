// The API as the command uses it: a file sent in a stream, its import followed, its errors fetched.
import { createWriteStream } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Import, importSchema } from '../../../domain/import.ts';

export type Server = { url: string; key: string };

/** What the server, or the way to it, refused; the message is for whoever typed the command. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** 0: no answer at all. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

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

function open(
  server: Server,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): ClientRequest {
  const url = new URL(path, server.url);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return request(url, { method, headers: { Authorization: `Bearer ${server.key}`, ...headers } });
}

/** The response, once its head is there. Throws Refused for a problem, and when nobody answers. */
async function answerTo(call: ClientRequest, server: Server): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', (error) => {
      const detail = `${server.url} does not answer: ${messageOf(error)}. Is it running (npm start)?`;
      reject(new Refused(0, detail));
    });
  });
  const status = response.statusCode ?? 0;
  if (status < 400) return response;
  throw new Refused(status, problemIn(await jsonOf(response)));
}

async function jsonOf(response: IncomingMessage): Promise<unknown> {
  response.setEncoding('utf8');
  let text = '';
  for await (const part of response) text += part;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new Refused(
      response.statusCode ?? 0,
      `The answer is no JSON; is this Comptoir? ${text.slice(0, 200)}`,
    );
  }
}

function problemIn(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return JSON.stringify(body);
  return String(body.detail);
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
