// Browsers from other origins: which may read an answer, and what a preflight is told.
// A publishable key names the origins that may use it; other keys have no place in a browser.
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';

const EXPOSED =
  'ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed, WWW-Authenticate';
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id';
const PREFLIGHT_SECONDS = 600;

const NONE: readonly string[] = [];

/**
 * The headers that let the page at the request's Origin read the answer to this caller.
 * Throws `forbidden` when the key lists its origins and this is another one.
 */
export function corsHeaders(request: IncomingMessage, caller: Caller): readonly string[] {
  const { origin } = request.headers;
  if (origin === undefined || caller.kind !== 'publishable' || isSameOrigin(request, origin)) return NONE;
  if (caller.origins.length > 0 && !caller.origins.includes(origin)) {
    throw new Problem('forbidden', 'The key may not be used from this origin.');
  }
  return readableBy(origin);
}

/** The headers that let any page read an answer that holds nothing of anybody's. */
export function headersForAnyPage({ headers }: IncomingMessage): readonly string[] {
  return headers.origin === undefined ? NONE : readableBy('*');
}

/** The answer to a preflight from an origin that some key lets in, for a path that has these methods. */
export function preflightHeaders(origin: string, methods: readonly string[]): string[] {
  return [
    ...readableBy(origin),
    'Access-Control-Allow-Methods',
    methods.join(', '),
    'Access-Control-Allow-Headers',
    REQUEST_HEADERS,
    'Access-Control-Max-Age',
    String(PREFLIGHT_SECONDS),
  ];
}

export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

function readableBy(origin: string): string[] {
  return ['Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', EXPOSED];
}

/** A page that we served ourselves, such as /docs: browsers send Origin with its POSTs too. */
function isSameOrigin(request: IncomingMessage, origin: string): boolean {
  const { host } = request.headers;
  return origin === `http://${host}` || origin === `https://${host}`;
}
