// What a process keeps in memory, put together and kept fresh: every view is a consumer of the feed.
// Owns the order of starting: subscribe, then load, so that no event falls between.
import type { Feed } from '../feed/reader.ts';
import type { Tx } from '../queries/transaction.ts';
import { Availability } from './availability.ts';
import { BufferRules } from './bufferRules.ts';
import { Catalogue } from './catalogue.ts';
import { Incoming } from './incoming.ts';
import { Levels } from './levels.ts';
import { Locations } from './locations.ts';
import { OpenOrders } from './openOrders.ts';
import { OrderedItems } from './orderedItems.ts';
import { Promises } from './promises.ts';
import { Staleness } from './staleness.ts';

export type Views = {
  locations: Locations;
  catalogue: Catalogue;
  availability: Availability;
  orderedItems: OrderedItems;
  /** Resolves when every change that the feed has told is in memory. */
  settled(): Promise<void>;
  close(): void;
};

export type ViewsOptions = {
  database: Tx;
  feed: Pick<Feed, 'subscribe' | 'lagSeconds'>;
  /** How many levels may be in memory; LEVELS_MAX_DEFAULT unless said otherwise. */
  levelsMax?: number;
  /** A read that failed: it is tried again, and what is in memory goes on answering. */
  onError: (error: Error) => void;
};

/** Throws when the database cannot be read. */
export async function startViews(options: ViewsOptions): Promise<Views> {
  const { database, feed, levelsMax, onError } = options;
  const locations = new Locations({ database, onError });
  const catalogue = new Catalogue(database, locations);
  const levels = new Levels({ database, locations, ...(levelsMax === undefined ? {} : { levelsMax }) });
  const openOrders = new OpenOrders({ database, onError });
  const staleness = new Staleness({ database, onError });
  const incoming = new Incoming({ database, onError });
  const bufferRules = new BufferRules({ database, onError });
  const orderedItems = new OrderedItems({ database, onError });
  const consumers = {
    ...{ locations, catalogue, levels, openOrders, orderedItems },
    ...{ staleness, incoming, bufferRules },
  };
  const unsubscribe = Object.entries(consumers).map(([name, view]) =>
    feed.subscribe({
      name,
      onEvents: (events) => view.onEvents(events),
      onReset: () => view.onReset(),
    }),
  );
  const close = () => {
    for (const stop of unsubscribe) stop();
    locations.close();
    openOrders.close();
    orderedItems.close();
    staleness.close();
    incoming.close();
    bufferRules.close();
  };
  try {
    const loaded = [locations, openOrders, orderedItems, staleness, incoming, bufferRules];
    await Promise.all(loaded.map((view) => view.load()));
  } catch (error) {
    close();
    throw error;
  }
  const availability = new Availability({
    ...consumers,
    promises: new Promises(openOrders),
    lagSeconds: () => feed.lagSeconds(),
  });
  const settled = async () => {
    await Promise.all([
      locations.settled(),
      openOrders.settled(),
      orderedItems.settled(),
      incoming.settled(),
      bufferRules.settled(),
      availability.settled(),
    ]);
  };
  return { locations, catalogue, availability, orderedItems, settled, close };
}
