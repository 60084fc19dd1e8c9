// One request and its answer: the request's id, the headers that every answer has, one write, one line in the log.
// Runs for every request, so it does as little as it can: no header is set twice, no listener is added needlessly.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { pipeline } from 'node:stream';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Problem } from '../domain/problem.ts';
import type { HttpMetrics } from '../metrics.ts';
import { discardBody } from './body.ts';
import { isCurrent } from './etag.ts';
import { API_HEADERS, API_HEADERS_OVER_TLS } from './headers.ts';
import type { Health } from './health.ts';
import { protocolOf } from './peer.ts';
import { PROBLEM_TYPE, problemDocument, problemHeaders } from './problems.ts';
import { requestIdOf } from './requestId.ts';
import { logRequest } from './requestLog.ts';
import { jsonOf, type Reply } from './route.ts';

export type Exchange = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly path: string;
  readonly startedAt: number;
  /** `GET /v1/items/{sku}`; a bounded set of names, never the URL, which may hold personal data. */
  route: string;
  keyId: string | undefined;
  /** Gathered on the way: CORS, rate limits. As `name, value, name, value`. */
  readonly headers: string[];
};

/** What an exchange is told to once it is over. */
export type Ledger = {
  log: Logger;
  metrics: HttpMetrics;
  health: Pick<Health, 'draining'>;
  config: Pick<Config, 'proxiesTrusted'>;
};

/** Text, or bytes in a string (bytes.ts). */
type Body = { text: string; encoding: 'utf8' | 'latin1' };
const NO_BODY: Body = { text: '', encoding: 'latin1' };
const JSON_TYPE = 'application/json; charset=utf-8';

/** Not a status of HTTP: what proxies log for a client that did not wait. */
const CLIENT_GONE = 499;

export function openExchange(
  req: IncomingMessage,
  res: ServerResponse,
  route: string,
  ledger: Ledger,
): Exchange {
  ledger.metrics.requestStarted();
  const { url = '/' } = req;
  const end = url.indexOf('?');
  return {
    req,
    res,
    requestId: requestIdOf(req.headers['x-request-id']),
    path: end === -1 ? url : url.slice(0, end),
    startedAt: performance.now(),
    route,
    keyId: undefined,
    headers: [],
  };
}

/** Nobody is left to answer, or half an answer is out already: the connection is cut. */
export function cutExchange(exchange: Exchange, ledger: Ledger, error: Error): void {
  exchange.res.destroy();
  close(exchange, CLIENT_GONE, ledger, error);
}

/** Sends a handler's reply; 304 instead of a 200 that the client has already. */
export function sendReply(exchange: Exchange, reply: Reply, ledger: Ledger): void {
  const { req, res } = exchange;
  const headers = commonHeaders(exchange, ledger);
  for (const name in reply.headers) headers.push(name, reply.headers[name] ?? '');
  if (reply.etag !== undefined) headers.push('ETag', reply.etag);
  // Of a write, the tag is that of what it made. Whoever sent it names that one by chance, and must hear that it is done; and
  // its answer, which may hold a secret, is for nobody to keep.
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (!hasHeader(reply, 'Cache-Control')) {
    headers.push('Cache-Control', isRead && reply.etag !== undefined ? 'private, no-cache' : 'no-store');
  }
  if (reply.stream !== undefined) {
    res.writeHead(reply.status, headers);
    if (req.method === 'HEAD') {
      // Nobody hears what it would read: a HEAD must not cost what a GET does.
      reply.stream.destroy();
      res.end();
      close(exchange, reply.status, ledger);
      return;
    }
    // A stream that breaks half-way cannot be excused any more: the connection is cut, so that it does not look whole.
    pipeline(reply.stream, res, (error) => close(exchange, reply.status, ledger, error ?? undefined));
    return;
  }
  const isKnown = reply.etag !== undefined && isCurrent(req.headers['if-none-match'], reply.etag);
  if (isRead && reply.status === 200 && isKnown) {
    end(exchange, 304, headers, NO_BODY, ledger);
    return;
  }
  if (reply.jsonBytes !== undefined) {
    headers.push('Content-Type', JSON_TYPE);
    end(exchange, reply.status, headers, { text: reply.jsonBytes(), encoding: 'latin1' }, ledger);
    return;
  }
  const text = reply.text ?? jsonOf(reply);
  if (reply.text === undefined && text !== '') {
    headers.push('Content-Type', reply.status >= 400 ? PROBLEM_TYPE : JSON_TYPE);
  }
  end(exchange, reply.status, headers, { text, encoding: 'utf8' }, ledger);
}

/** Answers with a problem's document. */
export function sendProblem(
  exchange: Exchange,
  problem: Problem,
  more: Readonly<Record<string, string>>,
  ledger: Ledger,
): void {
  const headers = commonHeaders(exchange, ledger);
  for (const [name, value] of Object.entries({ ...problemHeaders(problem), ...more }))
    headers.push(name, value);
  headers.push('Cache-Control', 'no-store', 'Content-Type', PROBLEM_TYPE);
  discardBody(exchange.req);
  end(
    exchange,
    problem.status,
    headers,
    { text: JSON.stringify(problemDocument(problem, exchange)), encoding: 'utf8' },
    ledger,
    problem.code,
  );
}

function commonHeaders({ req, requestId, headers }: Exchange, { health, config }: Ledger): string[] {
  const isSecure = protocolOf(req, config.proxiesTrusted) === 'https';
  // A fresh array: what was gathered so far stays as it is, should this answer fail and a problem take its place.
  const all = [
    ...(isSecure ? API_HEADERS_OVER_TLS : API_HEADERS),
    'X-Request-Id',
    requestId,
    // The same URL reads differently by key and by origin; a cache in between must keep them apart.
    'Vary',
    'Authorization, Origin',
    ...headers,
  ];
  if (health.draining.aborted) all.push('Connection', 'close');
  return all;
}

function end(
  exchange: Exchange,
  status: number,
  headers: string[],
  { text, encoding }: Body,
  ledger: Ledger,
  problem?: string,
): void {
  if (status !== 204 && status !== 304) {
    headers.push('Content-Length', String(encoding === 'latin1' ? text.length : Buffer.byteLength(text)));
  }
  exchange.res.writeHead(status, STATUS_CODES[status], headers);
  exchange.res.end(text, encoding);
  close(exchange, status, ledger, undefined, problem);
}

function close(exchange: Exchange, status: number, ledger: Ledger, error?: Error, problem?: string): void {
  const seconds = (performance.now() - exchange.startedAt) / 1_000;
  ledger.metrics.requestEnded(exchange.route, status, seconds);
  const { requestId, route, keyId } = exchange;
  const line = { requestId, route, status, ms: Math.round(seconds * 1e5) / 100, keyId, problem };
  const isFailure = status >= 500 && status !== 503;
  if (!isFailure && error === undefined) logRequest(ledger.log, line);
  else ledger.log[isFailure ? 'error' : 'info']({ ...line, cut: error?.message }, 'request');
}

function hasHeader(reply: Reply, name: string): boolean {
  return reply.headers !== undefined && name in reply.headers;
}
