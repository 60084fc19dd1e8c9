// What a handler is given of its request. A class, because an object literal with getters costs V8 a hidden class a
// request: 40 MB/s of memory that only a full garbage collection gave back (measured at 10,000 requests a second).
import type { Readable } from 'node:stream';
import type { Caller } from '../domain/caller.ts';
import type { Tx } from '../queries/transaction.ts';
import type { Keyring } from '../views/keyring.ts';
import { unknownKey } from './auth.ts';
import type { Deps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { protocolOf } from './peer.ts';
import type { Call, IdempotentRequest } from './route.ts';

type Input = Pick<Call, 'params' | 'query' | 'body' | 'caller'>;

export class LiveCall implements Call {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly caller: Caller;
  readonly idempotency: IdempotentRequest | null;
  readonly tx: Tx;
  readonly now: Date;
  readonly #exchange: Exchange;
  readonly #draining: AbortSignal;
  readonly #keyring: Keyring;
  readonly #proxiesTrusted: number;
  #signal: AbortSignal | undefined;

  constructor(exchange: Exchange, input: Input, keyed: IdempotentRequest | null, deps: Deps, tx: Tx) {
    this.params = input.params;
    this.query = input.query;
    this.body = input.body;
    this.caller = input.caller;
    this.idempotency = keyed && { keyId: keyed.keyId, key: keyed.key, requestHash: keyed.requestHash };
    this.tx = tx;
    this.now = deps.now();
    this.#exchange = exchange;
    this.#draining = deps.health.draining;
    this.#keyring = deps.keyring;
    this.#proxiesTrusted = deps.config.proxiesTrusted;
  }

  get requestId(): string {
    return this.#exchange.requestId;
  }

  get path(): string {
    return this.#exchange.path;
  }

  get stream(): Readable {
    return this.#exchange.req;
  }

  get baseUrl(): string {
    const { req } = this.#exchange;
    return `${protocolOf(req, this.#proxiesTrusted)}://${req.headers.host ?? 'localhost'}`;
  }

  /** Made on demand: most calls never look, and a listener a request would be felt. */
  get signal(): AbortSignal {
    this.#signal ??= this.#follow();
    return this.#signal;
  }

  header(name: string): string | undefined {
    const value = this.#exchange.req.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  #follow(): AbortSignal {
    const gone = new AbortController();
    const { res } = this.#exchange;
    // It may have left while its key was looked up; then nothing tells of it any more.
    if (res.destroyed) return AbortSignal.abort();
    const stop = this.#keyring.onRevoked(this.caller.keyId, () => gone.abort(unknownKey()));
    res.once('close', () => {
      stop();
      gone.abort();
    });
    return AbortSignal.any([gone.signal, this.#draining]);
  }
}
