// What the routes' handlers are given: one plain object, made once by the composition (main.ts, or a test).
// Knows where each comes from, not what it does.
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Feed } from '../feed/reader.ts';
import type { Metrics } from '../metrics.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import type { Database } from '../queries/transaction.ts';
import type { Availability } from '../views/availability.ts';
import type { Catalogue } from '../views/catalogue.ts';
import type { Keyring } from '../views/keyring.ts';
import type { Locations } from '../views/locations.ts';
import type { OrderedItems } from '../views/orderedItems.ts';
import type { Sources } from '../views/sources.ts';
import type { Health } from './health.ts';
import type { PlanQuotes } from './planQuotes.ts';
import type { RateLimits } from './rateLimits.ts';

export type Deps = {
  config: Config;
  database: Database;
  /** Every write of stock and reservations. */
  stock: StockWriter;
  /** The same for what files say, with a queue and connections of its own. */
  fileStock: StockWriter;
  /** Locations and items by the retailer's names, from memory. */
  catalogue: Catalogue;
  locations: Locations;
  /** Ranks, and notes of what was heard. */
  sources: Sources;
  availability: Availability;
  /** Whose changes a store's tablets hear of. */
  orderedItems: OrderedItems;
  planQuotes: PlanQuotes;
  keyring: Keyring;
  /** Woken after each commit of this process. */
  feed: Feed;
  rateLimits: RateLimits;
  health: Health;
  metrics: Metrics;
  log: Logger;
  /** The clock, so that a test can move it. */
  now: () => Date;
};
