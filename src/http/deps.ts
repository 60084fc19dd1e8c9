// What the routes' handlers are given: one plain object, made once in main.ts (or by a test).
// The rooms that are not built yet have a minimal type here; each is replaced by its owner's own type as it lands.
import type { Logger } from 'pino';
import type { Database } from '../queries/transaction.ts';

export type Deps = {
  database: Database;
  log: Logger;
  /** The clock, so that a test can move it. */
  now: () => Date;
};
