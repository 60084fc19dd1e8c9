// One POST and what became of it, within a time and with few bytes read. Connections are kept for each target apart.
// Knows neither events nor retries; says nothing of what a receiver answered but its status,
// and when it wants to be asked again.
import { type Dispatcher, Pool } from 'undici';
import { type Answered, retryAfterOf, type TryError } from '../../domain/webhookDelivery.ts';
import { AddressRefused, type GuardOptions, guardedConnector } from './guard.ts';

export type SenderOptions = {
  allowsLocal: boolean;
  /** Instead of DNS: for tests. */
  resolve?: GuardOptions['resolve'];
  /** From the start of a try to the end of the answer. */
  tryMilliseconds?: number;
  connectMilliseconds?: number;
};

export type Target = {
  send(headers: Record<string, string>, body: string): Promise<Answered>;
  /** Lets what is under way end. Nothing more may be sent. */
  retire(): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
};

/** To one receiver at the same time. */
export const CONNECTIONS_MAX = 8;
const TRY_MILLISECONDS = 10_000;
const CONNECT_MILLISECONDS = 5_000;
/** Of an answer; more of it is not read, and its connection is given up. */
const ANSWER_BYTES_MAX = 16_384;
const IDLE_MILLISECONDS = 4_000;
const FIXED_HEADERS = { 'content-type': 'application/json', 'user-agent': 'Comptoir-Webhooks/1' };

export function makeSender(options: SenderOptions): (url: string) => Target {
  const { allowsLocal, resolve, tryMilliseconds = TRY_MILLISECONDS } = options;
  const { connectMilliseconds = CONNECT_MILLISECONDS } = options;
  const connect = guardedConnector({ connectMilliseconds, allowsLocal, resolve });
  return (text) => {
    const url = new URL(text);
    const pool = new Pool(url.origin, {
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      connect,
      headersTimeout: tryMilliseconds,
      bodyTimeout: tryMilliseconds,
      keepAliveTimeout: IDLE_MILLISECONDS,
      keepAliveMaxTimeout: IDLE_MILLISECONDS,
    });
    const path = `${url.pathname}${url.search}`;
    return {
      send: (headers, body) => post(pool, { path, headers, body }, tryMilliseconds),
      retire: () => pool.close(),
      close: () => pool.destroy(),
    };
  };
}

type Post = { path: string; headers: Record<string, string>; body: string };

async function post(pool: Pool, request: Post, milliseconds: number): Promise<Answered> {
  const startedAt = performance.now();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), milliseconds);
  let responseStatus: number | null = null;
  let error: TryError | null = null;
  let retryAfterSeconds: number | null = null;
  try {
    const answer = await requestOnce(pool, request, late.signal);
    responseStatus = answer.statusCode;
    error = errorOf(answer.statusCode);
    const retryAfter = answer.headers['retry-after'];
    // A date is held against the receiver's clock as it is, so it is the real one here.
    if (typeof retryAfter === 'string')
      retryAfterSeconds = retryAfterOf(answer.statusCode, retryAfter, new Date());
    // Read so that the connection can be used again. What the receiver says beyond its status is nobody's business.
    await answer.body.dump({ limit: ANSWER_BYTES_MAX, signal: late.signal }).catch(() => {});
  } catch (cause) {
    error = late.signal.aborted ? 'timeout' : tryErrorOf(cause);
  } finally {
    clearTimeout(timer);
  }
  const durationMs = Math.round(performance.now() - startedAt);
  return { responseStatus, error, durationMs, retryAfterSeconds };
}

/** A kept connection may have been closed by the other side just now: that is no failure, and a new one is tried. */
async function requestOnce(pool: Pool, { path, headers, body }: Post, signal: AbortSignal) {
  const options: Dispatcher.RequestOptions = {
    method: 'POST',
    path,
    headers: { ...FIXED_HEADERS, ...headers },
    body,
    signal,
  };
  try {
    return await pool.request(options);
  } catch (error) {
    if (signal.aborted || !CLOSED.test(codeOf(error))) throw error;
    return pool.request(options);
  }
}

const CLOSED = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/;
const TIMEOUT = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;
const NO_NAME = /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT|ENONAME|EBADNAME|EBADRESP)$/;
const TLS =
  /^(ERR_TLS\w*|ERR_SSL\w*|CERT_\w+|DEPTH_ZERO\w*|SELF_SIGNED\w*|UNABLE_TO\w*|EPROTO|HOSTNAME_MISMATCH)$/;

function errorOf(status: number): TryError | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : 'status';
}

function tryErrorOf(error: unknown): TryError {
  if (causes(error).some((cause) => cause instanceof AddressRefused)) return 'address-refused';
  const code = codeOf(error);
  if (TIMEOUT.test(code)) return 'timeout';
  if (NO_NAME.test(code)) return 'name-not-found';
  return TLS.test(code) ? 'tls' : 'connection';
}

/** The error and what it came from: several addresses tried are one AggregateError. */
function causes(error: unknown): unknown[] {
  if (error instanceof AggregateError) return [error, ...error.errors.flatMap(causes)];
  return error instanceof Error && error.cause !== undefined ? [error, ...causes(error.cause)] : [error];
}

function codeOf(error: unknown): string {
  for (const cause of causes(error)) {
    if (typeof cause !== 'object' || cause === null || !('code' in cause)) continue;
    if (typeof cause.code === 'string') return cause.code;
  }
  return '';
}
