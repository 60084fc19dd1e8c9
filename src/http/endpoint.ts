// From a route to what is called for it: who calls, what they may spend, what they sent, one transaction where something
// changes, one answer after COMMIT. The only place that catches: whatever goes wrong becomes a problem.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Caller } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import type { Tx } from '../queries/transaction.ts';
import { AnswerMismatch, checkProblemCode, checkReply } from './answerCheck.ts';
import { bearerToken, missingKey, NOBODY, Refused, requireRight, unknownKey } from './auth.ts';
import { ClientGone, checkStreamType, hasBody, readJson } from './body.ts';
import { LiveCall } from './call.ts';
import { corsHeaders, headersForAnyPage } from './cors.ts';
import type { Deps } from './deps.ts';
import type { Endpoint, Params } from './dispatch.ts';
import { cutExchange, type Exchange, openExchange, sendProblem, sendReply } from './exchange.ts';
import {
  type Answer,
  idempotencyKey,
  type KeyedRequest,
  keyedRequest,
  type Once,
  replayHeaders,
} from './idempotency.ts';
import { checkParams, parseInput, readQuery } from './input.ts';
import { addressOf } from './peer.ts';
import { problemOf } from './problems.ts';
import { RateLimited } from './rateLimits.ts';
import { type AnyRoute, jsonOf, type Reply } from './route.ts';

export type EndpointContext = {
  deps: Deps;
  once: Once;
  /** Hold every answer against its route's declaration: in tests. */
  checkAnswers: boolean;
};

type Admitted = { caller: Caller; token: string | null };

/** What is called for this route. It never throws and never rejects. */
export function makeEndpoint(route: AnyRoute, context: EndpointContext): Endpoint {
  const name = `${route.method} ${route.path}`;
  return async (req, res, params) => {
    const exchange = openExchange(req, res, name, context.deps);
    try {
      const admitted = await admit(exchange, route, context.deps);
      const reply = await perform(exchange, route, params, admitted, context);
      if (context.checkAnswers) checkReply(route, reply);
      if (reply.stream !== undefined) cutWithKey(reply.stream, admitted, context.deps);
      sendReply(exchange, reply, context.deps);
    } catch (error) {
      fail(exchange, error, context, route);
    }
  };
}

/** Its reader may take any time: what it still has to read is not for a key that was revoked meanwhile. */
function cutWithKey(stream: Readable, { caller }: Admitted, { keyring }: Deps): void {
  stream.once(
    'close',
    keyring.onRevoked(caller.keyId, () => stream.destroy(unknownKey())),
  );
}

/** Answers with the problem that the error is. Whatever is nobody's refusal is logged with its cause. */
export function fail(exchange: Exchange, error: unknown, context: EndpointContext, route?: AnyRoute): void {
  const { deps } = context;
  if (error instanceof ClientGone || exchange.res.headersSent) {
    cutExchange(exchange, deps, error instanceof Error ? error : new Error('thrown'));
    return;
  }
  let problem = problemOf(error);
  if (context.checkAnswers && route !== undefined) {
    try {
      checkProblemCode(route, problem.code);
    } catch (undeclared) {
      error = undeclared;
    }
    // A test sees at once what its answer lacks.
    if (error instanceof AnswerMismatch) problem = new Problem('internal-error', error.message);
  }
  if (problem.status >= 500 && problem !== error) {
    deps.log.error({ err: error, requestId: exchange.requestId, route: exchange.route }, 'request failed');
  }
  if (problem instanceof RateLimited) {
    exchange.headers.push(...problem.headers);
    // Who calls is not known, nor thus their origins: a page may read that it is to wait.
    const isStranger = exchange.keyId === undefined && route?.scopes !== 'public';
    if (isStranger) exchange.headers.push(...headersForAnyPage(exchange.req));
  }
  const challenge: Record<string, string> =
    problem instanceof Refused ? { 'WWW-Authenticate': problem.challenge } : {};
  sendProblem(exchange, problem, challenge, deps);
}

/** Who calls, if they may and have points left. Spends them, and gathers the headers that tell so. */
async function admit(exchange: Exchange, route: AnyRoute, deps: Deps): Promise<Admitted> {
  const { req, headers } = exchange;
  const { rateLimits, keyring, config } = deps;
  const cost = route.cost ?? 1;
  if (route.scopes === 'public') {
    headers.push(...headersForAnyPage(req));
    if (cost > 0)
      headers.push(
        ...(await rateLimits.spendByVisitor(exchange.route, addressOf(req, config.proxiesTrusted), cost)),
      );
    return { caller: NOBODY, token: null };
  }
  const token = bearerToken(req.headers.authorization);
  const known = token === null ? undefined : keyring.remembered(token);
  const caller = known ?? (await recognise(exchange, token, deps));
  exchange.keyId = caller.keyId;
  const cors = corsHeaders(req, caller);
  if (cors.length > 0) headers.push(...cors);
  const limits = await (caller.kind === 'publishable'
    ? rateLimits.spendByBrowser(
        caller.keyId,
        addressOf(req, config.proxiesTrusted),
        route.browserCost ?? cost,
      )
    : rateLimits.spendByKey(caller.keyId, cost));
  if (limits.length > 0) headers.push(...limits);
  requireRight(route, caller);
  return { caller, token };
}

/**
 * A key that is not in memory. Guesses cost their address points, and once these are spent nobody asks the database for
 * a key that it has not lately found good: many callers share an address, and strangers must not lock them out.
 */
async function recognise({ req, headers }: Exchange, token: string | null, deps: Deps): Promise<Caller> {
  const { rateLimits, keyring, config } = deps;
  const address = addressOf(req, config.proxiesTrusted);
  if (token !== null) {
    if (!keyring.wasGood(token)) await rateLimits.refuseSpentAddress(address);
    const caller = await keyring.recognise(token);
    if (caller !== null) return caller;
  }
  headers.push(...(await rateLimits.spendByAddress(address, 1)));
  throw token === null ? missingKey() : unknownKey();
}

async function perform(
  exchange: Exchange,
  route: AnyRoute,
  pathParams: Params,
  { caller, token }: Admitted,
  context: EndpointContext,
): Promise<Reply> {
  const { deps } = context;
  const { req } = exchange;
  checkParams(pathParams);
  const params = parseInput(route.params, pathParams, 'path:');
  const query = parseInput(route.query, readQuery(req.url ?? '/'), 'query:');
  const sent = await readBody(req, route, deps);
  const body = sent === NO_BODY ? undefined : parseInput(route.body, sent, '');
  const keyed = keyedOf(exchange, route, { caller, token }, sent);
  const input = { params, query, body, caller };
  const handleIn = (tx: Tx) => route.handler(new LiveCall(exchange, input, keyed, deps, tx), deps);

  const mode = idempotencyOf(route);
  if (mode === 'endpoint' && keyed !== null) {
    const { answer, replayed } = await context.once(keyed, async (tx) => answerOf(await handleIn(tx)));
    deps.feed.wake();
    return replyOf(answer, replayed);
  }
  if (mode === 'endpoint' || route.method === 'PUT' || route.method === 'DELETE') {
    const reply = await deps.database.retried(handleIn);
    deps.feed.wake();
    return reply;
  }
  return handleIn(deps.database);
}

const NO_BODY = Symbol('no body');

async function readBody(req: IncomingMessage, route: AnyRoute, deps: Deps): Promise<unknown> {
  if (route.streamsBody) {
    checkStreamType(req, route.bodyTypes ?? ['application/octet-stream']);
    return NO_BODY;
  }
  if (route.method === 'GET' || (route.body === undefined && !hasBody(req))) return NO_BODY;
  return readJson(req, route.bodyBytesMax ?? deps.config.bodyBytesMax);
}

/** How the route answers a repeated Idempotency-Key; null for methods that need none. */
function idempotencyOf(route: AnyRoute): AnyRoute['idempotency'] | null {
  return route.method === 'POST' ? (route.idempotency ?? 'endpoint') : null;
}

function keyedOf(
  { req }: Exchange,
  route: AnyRoute,
  { caller, token }: Admitted,
  sent: unknown,
): KeyedRequest | null {
  const mode = idempotencyOf(route);
  if (mode === null || mode === 'none') return null;
  const header = req.headers['idempotency-key'];
  const key = idempotencyKey(typeof header === 'string' ? header : undefined);
  if (key !== null) {
    const body = sent === NO_BODY ? null : sent;
    return keyedRequest({ keyId: caller.keyId, token }, key, {
      method: req.method ?? 'POST',
      url: req.url ?? '/',
      body,
    });
  }
  if (mode !== 'required') return null;
  throw new Problem(
    'idempotency-key-required',
    'Send an Idempotency-Key header: a new one for each new request.',
  );
}

function answerOf(reply: Reply): Answer {
  const headers = { ...reply.headers, ...(reply.etag === undefined ? {} : { ETag: reply.etag }) };
  return { status: reply.status, headers, body: jsonOf(reply) };
}

function replyOf({ status, headers, body }: Answer, replayed: boolean): Reply {
  return {
    status,
    headers: replayed ? { ...headers, ...replayHeaders } : headers,
    ...(body === '' ? {} : { json: body }),
  };
}
