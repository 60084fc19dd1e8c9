// What the routes' handlers are given: one plain object, made once in main.ts (or by a test).
// The rooms that are not built yet have a minimal type here; each is replaced by its owner's own type as it lands.
import type { Logger } from 'pino';
import type { Database } from '../queries/transaction.ts';

/** Provisional: src/domain/key.ts owns these two. */
export type KeyKind = 'publishable' | 'secret' | 'device';
export type Scope =
  | 'availability:read'
  | 'reservations:write'
  | 'reservations:read'
  | 'stock:read'
  | 'stock:write'
  | 'catalogue:write'
  | 'events:read'
  | 'webhooks:write'
  | 'admin';

/** Provisional: src/domain/caller.ts owns it. */
export type Caller = {
  keyId: string;
  name: string;
  kind: KeyKind;
  scopes: ReadonlySet<Scope>;
  /** The location codes it may see; null: all of them. */
  locations: readonly string[] | null;
  origins: readonly string[];
  deviceId: string | null;
};

export type Deps = {
  database: Database;
  log: Logger;
  /** The clock, so that a test can move it. */
  now: () => Date;
};
