// The buffer rules in memory, for what no level shows yet: how many of the units on their way may be promised.
// Loaded once, then read again when the feed tells that rules or their tunings changed.
import { availableWith, BufferBook } from '../domain/buffer.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import { readAllRules } from '../queries/buffers.ts';
import type { Tx } from '../queries/transaction.ts';
import type { OnItsWay } from './incoming.ts';
import type { ItemLevels } from './itemLevels.ts';
import { makeRefresh, type Refresh } from './refresh.ts';

const NOTHING_THERE = { onHand: 0, reserved: 0, expiredHolds: 0, buffer: 0 };

export class BufferRules {
  readonly #database: Tx;
  readonly #refresh: Refresh;
  #book = new BufferBook([], []);

  constructor(options: { database: Tx; onError: (error: Error) => void }) {
    this.#database = options.database;
    this.#refresh = makeRefresh(() => this.load(), options.onError);
  }

  async load(): Promise<void> {
    const { rules, tuned } = await readAllRules(this.#database);
    this.#book = new BufferBook(rules, tuned);
  }

  /**
   * How many more units than now may be promised of a level when `arriving` have come; the writer decides the same
   * under its locks. What the level keeps beyond its rule is for a silence, or is not applied yet: kept as well.
   */
  promisedOf(levels: ItemLevels, place: { slot: number; locationId: number }, arriving: number, at: number) {
    if (arriving <= 0) return 0;
    const { itemId, category } = levels;
    const level = { itemId, category, locationId: place.locationId };
    const { onHand, reserved, expiredHolds, buffer } = levels.terms(place.slot, at) ?? NOTHING_THERE;
    const silence = Math.max(0, buffer - this.#book.unitsOf(this.#book.ruleOf(level), level, onHand));
    const terms = { onHand, reserved: reserved - expiredHolds, silence };
    const more = availableWith(this.#book, level, terms, arriving) - levels.available(place.slot, at);
    return Math.max(0, Math.min(arriving, more));
  }

  /** True where a transfer brings all that is `missing` (units of each line; none where it is not above zero). */
  bringsAll(
    levels: readonly ItemLevels[],
    place: { slot: number; locationId: number },
    missing: readonly number[],
    { units }: Pick<OnItsWay, 'units'>,
    at: number,
  ): boolean {
    return levels.every((level, line) => {
      const wanted = missing[line] ?? 0;
      return wanted <= 0 || wanted <= this.promisedOf(level, place, units.get(level.sku) ?? 0, at);
    });
  }

  /** A consumer of the feed. */
  onEvents(events: readonly Pick<FeedEvent, 'type'>[]): void {
    if (events.some(({ type }) => type === 'buffers.changed')) this.#refresh.ask();
  }

  onReset(): void {
    this.#refresh.ask();
  }

  /** Resolves when every change told so far has been read (or, while the database is away, was tried). */
  settled(): Promise<void> {
    return this.#refresh.settled();
  }

  close(): void {
    this.#refresh.close();
  }
}
