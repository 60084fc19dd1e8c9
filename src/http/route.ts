// The contract of a route: one object from which Express, the checks of input and output and the OpenAPI document
// are all made, so that they cannot drift. Knows no Express and no route.
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import type { KeyKind, Scope } from '../domain/key.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { Tx } from '../queries/transaction.ts';
import { asText } from './bytes.ts';
import type { Deps } from './deps.ts';

/** The closed list of tags, in the order of the documentation. */
export const TAGS = {
  Availability: 'What is where, for whom and when it can be collected.',
  Plans: 'Several stores, or a transfer, for one cart.',
  Reservations: 'Holds, orders, preparation and the counter.',
  Stock: 'Levels, the ledger and what back offices report.',
  Transfers: 'Units on their way from one location to another.',
  Catalogue: 'Locations, items and buffers.',
  Events: 'Everything that happened, in order, nothing skipped.',
  Webhooks: 'The same events, sent to a URL: signed, tried again, logged.',
  Imports: 'Files of any size.',
  Keys: 'Who may call, and what they may do.',
  Devices: 'Tablets and their pairing.',
  Process: 'Health, metrics and this document.',
} as const;
export type Tag = keyof typeof TAGS;

export type ResponseSpec = {
  description: string;
  /** The body's schema; only 204 and 304 have none. */
  schema?: z.ZodType;
  /** `application/json` unless said otherwise. */
  contentType?: string;
  /** Header name → what it says. ETag, rate limits and X-Request-Id need not be listed. */
  headers?: Readonly<Record<string, string>>;
  /** Name → an example of the body. */
  examples?: Readonly<Record<string, unknown>>;
  /** Name → the call that takes something of this answer: for what cannot be known before it. */
  links?: Readonly<Record<string, ResponseLink>>;
};

/** Values are runtime expressions as OpenAPI has them: `$response.body#/data/0/id`. */
export type ResponseLink = {
  operationId: string;
  description: string;
  parameters?: Record<string, string>;
  requestBody?: Record<string, string>;
};

/** A request that runs as it is against the demo. */
export type RequestExample = {
  summary: string;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  /** Only those that the route requires. */
  headers?: Readonly<Record<string, string>>;
  /** Of a route that streams it: its text. */
  body?: unknown;
};

export type Route<Params = unknown, Query = unknown, Body = unknown> = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** OpenAPI's form: '/v1/items/{sku}'. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  tag: Tag;
  /** Any one of them is enough. A route without scopes stops the boot. */
  scopes: readonly [Scope, ...Scope[]] | 'public';
  /** Which kinds of key may call: 'secret' and 'device' unless said otherwise. */
  kinds?: readonly KeyKind[];
  /**
   * Objects are strict (z.strictObject), nested ones too: the boot stops otherwise. Path and query parameters arrive
   * as strings (schemas.ts has queryInteger and friends); a parameter given twice is refused before.
   */
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  responses: Readonly<Record<number, ResponseSpec>>;
  /** Its ETag is for If-Match only: what it shows moves without it, so it is never answered 304. */
  isNeverSame?: true;
  /** The problems beyond those that every route may answer (COMMON_PROBLEMS in problems.ts). */
  problems: readonly ProblemCode[];
  /**
   * How a repeated Idempotency-Key is answered. POST's default is 'endpoint': the endpoint keeps the first answer in
   * the handler's own transaction. 'writer': the handler passes `call.idempotency` on, and the stock writer commits
   * effect and key together; 'required' is that, with the header mandatory. 'none': the POST changes nothing.
   */
  idempotency?: 'endpoint' | 'writer' | 'required' | 'none';
  /** Rate-limit points, 1 unless said otherwise. */
  cost?: number;
  /** The same for a publishable key, where a browser should do it seldom; `cost` unless said otherwise. */
  browserCost?: number;
  /** Default: config.bodyBytesMax. */
  bodyBytesMax?: number;
  /** The handler reads `call.stream` itself: no parsing, no limit but its own. */
  streamsBody?: true;
  /** Content types that a streamed body may have; others get 415. */
  bodyTypes?: readonly string[];
  examples?: Readonly<Record<string, RequestExample>>;
  // Written as a method: that is what lets a Route<P, Q, B> stand in a list of routes.
  handler(call: Call<Params, Query, Body>, deps: Deps): Promise<Reply>;
};

/** Any route, as the table holds it. */
export type AnyRoute = Route;

export type IdempotentRequest = { keyId: string; key: string; requestHash: Buffer };

export type Call<Params = unknown, Query = unknown, Body = unknown> = {
  params: Params;
  query: Query;
  body: Body;
  /** Who calls; on a public route, one that may do nothing. */
  caller: Caller;
  requestId: string;
  /** The path as it was sent, for a problem's `instance`. */
  path: string;
  now: Date;
  /** For 'writer' and 'required' routes: what the stock writer keeps with the effect; null without the header. */
  idempotency: IdempotentRequest | null;
  /**
   * PUT, DELETE and POST routes with 'endpoint' idempotency run in one transaction, this one, begun for them and run
   * again whole after a deadlock: no effect outside of it. Elsewhere: the pool, each statement by itself.
   * The answer leaves after COMMIT; a throw rolls back.
   */
  tx: Tx;
  /** A request header by its lower-case name. */
  header(name: string): string | undefined;
  /** `https://host` as the client asked for it. Its Host header is not to be trusted with more than a link. */
  baseUrl: string;
  /** The body as it comes, for routes that stream it. */
  stream: Readable;
  /** Aborted when the client goes away, its key is revoked or the process drains: for calls that take their time. */
  signal: AbortSignal;
};

export type Reply = {
  status: number;
  /** Sent as JSON. */
  body?: unknown;
  /** The same, ready: JSON text that is sent as it is; or what makes it, which a 304 never asks for. */
  json?: string | (() => string);
  /** The same as the bytes of its UTF-8 (bytes.ts), for the answers that are asked for most. */
  jsonBytes?: () => string;
  /** Not JSON: text or a stream, with its type in `headers`. */
  text?: string;
  stream?: Readable;
  headers?: Readonly<Record<string, string>>;
  /** With its quotes: `versionTag(version)`. A GET whose If-None-Match names it is answered 304 instead. */
  etag?: string;
};

/** The JSON text of a reply; empty where it has no body. */
export function jsonOf({ json, jsonBytes, body }: Reply): string {
  if (jsonBytes !== undefined) return asText(jsonBytes());
  if (json !== undefined) return typeof json === 'string' ? json : json();
  return body === undefined ? '' : JSON.stringify(body);
}

/** Gives a route its types: the schemas say what the handler gets. */
export function route<Params, Query, Body>(definition: Route<Params, Query, Body>): AnyRoute {
  return definition;
}
