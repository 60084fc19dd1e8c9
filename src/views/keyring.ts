// Who a bearer token is: live keys in memory, by the hash of their secret, for a few seconds or until they are revoked.
// Owns recognition; what a caller may do is decided where it calls. Holds no secret, only hashes.
import { hash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../domain/caller.ts';
import { ADMIN_KEY_ID, SCOPES } from '../domain/key.ts';
import { findKeyByHash } from '../queries/apiKeys.ts';
import { anyKeyAllowsOrigin } from '../queries/origins.ts';
import type { Tx } from '../queries/transaction.ts';

/** A revoked key is forgotten by its event at once; should the event be late, this is as long as it lives on. */
const MEMORY_MILLISECONDS = 5_000;
const CLOCK_MILLISECONDS = 250;
const KEYS_MAX = 10_000;
/** A key that was good this lately is asked for again, whatever strangers at its address did meanwhile. */
const GOOD_MILLISECONDS = 3_600_000;
const ORIGINS_MAX = 1_000;
const TOKEN_CHARACTERS_MAX = 300;

export type Keyring = {
  /** Like `recognise`, from memory alone; undefined when it has to be asked. */
  remembered(token: string): Caller | undefined;
  /** Who has this token; null when nobody has. Rejects when the database cannot be asked. */
  recognise(token: string): Promise<Caller | null>;
  /** True when this process found the token good within the last hour, and has not heard of its end. No proof of it. */
  wasGood(token: string): boolean;
  /** Calls back, once, when this key is revoked: for what is still under way for it. Returns how to stop. */
  onRevoked(keyId: string, tell: () => void): () => void;
  /** A consumer of the feed: what is revoked is forgotten. */
  onEvents(events: readonly { type: string; subject: string }[]): void;
  /** Events were missed: everybody is asked for again. */
  onReset(): void;
  /** True when a browser on this origin may use some key. */
  allowsOrigin(origin: string): Promise<boolean>;
};

/** `adminKey` is the secret of the environment's key, which is not a row; null: there is none. */
export function makeKeyring(options: { database: Tx; adminKey: string | null }): Keyring {
  const callers = new LRUCache<string, Caller>({
    max: KEYS_MAX,
    ttl: MEMORY_MILLISECONDS,
    // Looks at the clock so often at most, instead of for every request.
    ttlResolution: CLOCK_MILLISECONDS,
  });
  /** The keys' ids by the names of their tokens. */
  const good = new LRUCache<string, string>({ max: KEYS_MAX, ttl: GOOD_MILLISECONDS });
  const origins = new LRUCache<string, Promise<boolean>>({ max: ORIGINS_MAX, ttl: MEMORY_MILLISECONDS });
  const asked = new Map<string, Promise<Caller | null>>();
  const adminHash = options.adminKey === null ? null : sha256(options.adminKey);
  /** Who is told of a key's end, by its id. */
  const told = new Map<string, Set<() => void>>();
  let revocations = 0;

  /** Who it is without asking the database: the administrator, or somebody in memory. */
  function find(token: string): Caller | undefined {
    if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
    const name = nameOf(token);
    const known = callers.get(name);
    if (known !== undefined || adminHash === null) return known;
    // In constant time, although only a hash could leak.
    return timingSafeEqual(sha256(token), adminHash) ? remember(name, ADMIN) : undefined;
  }

  async function ask(token: string, name: string): Promise<Caller | null> {
    const before = revocations;
    const caller = await findKeyByHash(options.database, sha256(token));
    if (caller === null) good.delete(name);
    // Revoked while we asked: what was read may be older than the revocation, so it is not remembered.
    return caller !== null && revocations === before ? remember(name, caller) : caller;
  }

  function remember(name: string, caller: Caller): Caller {
    callers.set(name, caller);
    good.set(name, caller.keyId);
    return caller;
  }

  function forget(keyId: string): void {
    revocations += 1;
    for (const [name, caller] of callers.entries()) {
      if (caller.keyId === keyId) callers.delete(name);
    }
    for (const [name, goodId] of good.entries()) if (goodId === keyId) good.delete(name);
    // An origin may have been its alone.
    origins.clear();
    for (const tell of told.get(keyId) ?? []) tell();
    told.delete(keyId);
  }

  return {
    remembered: find,
    wasGood: (token) => token.length <= TOKEN_CHARACTERS_MAX && good.has(nameOf(token)),
    async recognise(token) {
      if (token.length > TOKEN_CHARACTERS_MAX) return null;
      const known = find(token);
      if (known !== undefined) return known;
      const name = nameOf(token);
      // One question for all who wait for the same key.
      let answer = asked.get(name);
      if (answer === undefined) {
        answer = ask(token, name).finally(() => asked.delete(name));
        asked.set(name, answer);
      }
      return answer;
    },
    onRevoked(keyId, tell) {
      const waiting = told.get(keyId) ?? new Set();
      told.set(keyId, waiting.add(tell));
      return () => {
        waiting.delete(tell);
        if (waiting.size === 0 && told.get(keyId) === waiting) told.delete(keyId);
      };
    },
    onEvents(events) {
      for (const { type, subject } of events) if (type === 'key.revoked') forget(subject);
    },
    onReset() {
      revocations += 1;
      callers.clear();
      origins.clear();
    },
    allowsOrigin(origin) {
      const known = origins.get(origin);
      if (known !== undefined) return known;
      const answer = anyKeyAllowsOrigin(options.database, origin);
      origins.set(origin, answer);
      answer.catch(() => origins.delete(origin));
      return answer;
    },
  };
}

const ADMIN: Caller = {
  keyId: ADMIN_KEY_ID,
  name: 'Administrator',
  kind: 'secret',
  scopes: new Set(SCOPES),
  locations: null,
  origins: [],
  deviceId: null,
};

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** What a token is known by: text, because a Buffer for every request would be felt in garbage collection. */
function nameOf(token: string): string {
  return hash('sha256', token, 'base64');
}
