// The API as commands call it: one request, one answer, refusals in the server's own words.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { findAdminKey } from '../adminKey.ts';
import { baseUrl } from '../banner.ts';
import { readConfig } from '../config.ts';
import { Failure, messageOf, type Terminal, UsageError } from './command.ts';

export type Server = { url: string; key: string };

/** What the server, or the way to it, refused. */
export class Refused extends Failure {
  override readonly name = 'Refused';
  /** 0: no answer at all. */
  readonly status: number;
  /** The problem's code; empty where it was none of ours. */
  readonly code: string;

  constructor(status: number, message: string, code = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Words = { url?: string | undefined; key?: string | undefined };

/** Where the words, else the environment, else this machine's own server say that it is; a key of null: there is none. */
export async function findServer(
  words: Words,
  { environment }: Pick<Terminal, 'environment'>,
): Promise<{ url: string; key: string | null }> {
  const config = readConfig(environment);
  const url = words.url ?? (environment.COMPTOIR_URL || baseUrl(config));
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(`${url} is no address of a server: it looks like http://127.0.0.1:3000.`);
  }
  const key = words.key ?? (environment.COMPTOIR_KEY || config.adminKey);
  return { url, key: key ?? (await findAdminKey(config.dataDir)) };
}

export async function serverOf(words: Words, terminal: Pick<Terminal, 'environment'>): Promise<Server> {
  const { url, key } = await findServer(words, terminal);
  if (key === null) throw new UsageError('A key is needed: --key, or COMPTOIR_KEY.');
  return { url, key };
}

export type Answer = { status: number; headers: IncomingMessage['headers']; text: string };

type CallOptions = {
  body?: unknown;
  signal?: AbortSignal;
  /** Its Idempotency-Key, where the route wants one. */
  idempotencyKey?: string;
};

/** The parsed body, undefined where there is none. Throws Refused for a problem, and when nobody answers. */
export async function call(
  server: Server,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<unknown> {
  const { body, signal, idempotencyKey } = options;
  const headers = {
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
  };
  const request = open(server, method, path, headers, signal);
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const response = await answerTo(request, server);
  if (response.statusCode === 204) {
    response.resume();
    return undefined;
  }
  return jsonOf(response);
}

/** Any answer as it is, a refusal too. Throws Refused when nobody answers. */
export async function ask(server: Server, path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await headOf(open(server, 'GET', path, {}, signal).end(), server);
  return { status: response.statusCode ?? 0, headers: response.headers, text: await textOf(response) };
}

export function open(
  server: Server,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): ClientRequest {
  const url = new URL(path, server.url);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const all = server.key === '' ? headers : { Authorization: `Bearer ${server.key}`, ...headers };
  return request(url, { method, headers: all, ...(signal && { signal }) });
}

/** The response, once its head is there. Throws Refused for a problem, and when nobody answers. */
export async function answerTo(call: ClientRequest, server: Server): Promise<IncomingMessage> {
  const response = await headOf(call, server);
  const status = response.statusCode ?? 0;
  if (status < 400) return response;
  const problem = await jsonOf(response);
  throw new Refused(status, detailIn(problem), memberOf(problem, 'code') ?? '');
}

function headOf(call: ClientRequest, server: Server): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', (error) => {
      const detail = `${server.url} does not answer: ${messageOf(error)}. Is it running (npm start)?`;
      reject(error.name === 'AbortError' ? error : new Refused(0, detail));
    });
  });
}

export async function jsonOf(response: IncomingMessage): Promise<unknown> {
  const text = await textOf(response);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    const detail = `The answer is no JSON; is this Comptoir? ${text.slice(0, 200)}`;
    throw new Refused(response.statusCode ?? 0, detail);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const part of response) text += part;
  return text;
}

function detailIn(problem: unknown): string {
  return memberOf(problem, 'detail') ?? JSON.stringify(problem);
}

function memberOf(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
