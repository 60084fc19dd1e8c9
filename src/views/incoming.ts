// What is on its way to each location and waits for nobody: a reservation there may wait for it.
// Loaded once, then kept by the feed. Knows no hours and no promise.
import type { z } from 'zod';
import type { transferData } from '../domain/event.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import type { Tx } from '../queries/transaction.ts';
import { readOnTheirWay } from '../queries/transferReads.ts';
import { makeRefresh, type Refresh } from './refresh.ts';

type TransferEvent = Pick<FeedEvent, 'type' | 'location' | 'subject' | 'version' | 'data'>;

/** A shipped transfer. */
export type OnItsWay = {
  id: string;
  /** Epoch milliseconds. */
  expectedAt: number;
  /** By sku: what may still arrive. */
  units: ReadonlyMap<string, number>;
};

export class Incoming {
  readonly #database: Tx;
  readonly #refresh: Refresh;
  /** By the destination's code, then by id. */
  readonly #coming = new Map<string, Map<string, OnItsWay & { version: number }>>();
  /** What was told while a load ran; null when none does. */
  #early: TransferEvent[] | null = null;

  constructor(options: { database: Tx; onError: (error: Error) => void }) {
    this.#database = options.database;
    this.#refresh = makeRefresh(() => this.load(), options.onError);
  }

  /** Reads what is on its way. Subscribe before it starts, so that no event falls between. */
  async load(): Promise<void> {
    const early: TransferEvent[] = [];
    this.#early = early;
    const rows = await readOnTheirWay(this.#database).finally(() => {
      this.#early = null;
    });
    this.#coming.clear();
    for (const { to, ...row } of rows) this.#at(to).set(row.id, row);
    this.onEvents(early);
  }

  /** What comes to a location and is not late: the soonest first. */
  bringing(location: string, now: Date): OnItsWay[] {
    const coming = this.#coming.get(location);
    if (coming === undefined) return [];
    return [...coming.values()]
      .filter(({ expectedAt }) => expectedAt > now.getTime())
      .sort((a, b) => a.expectedAt - b.expectedAt || (a.id < b.id ? -1 : 1));
  }

  /** A consumer of the feed. A step is told at both ends: its destination is what counts here. */
  onEvents(events: readonly TransferEvent[]): void {
    for (const event of events) {
      if (!event.type.startsWith('transfer.')) continue;
      this.#early?.push(event);
      this.#apply(event.subject, event.version, event.data as z.infer<typeof transferData>);
    }
  }

  /** The feed lost its thread: all is read again, and meanwhile what is known answers. */
  onReset(): void {
    this.#refresh.ask();
  }

  /** Resolves when no load is under way. */
  settled(): Promise<void> {
    return this.#refresh.settled();
  }

  close(): void {
    this.#refresh.close();
  }

  #apply(id: string, version: number, data: z.infer<typeof transferData>): void {
    const known = this.#coming.get(data.to)?.get(id);
    if (known !== undefined && known.version >= version) return;
    const isFree = data.reservationId === null && ['shipped', 'partly_received'].includes(data.status);
    const units = new Map(data.lines.map(({ sku, outstanding }) => [sku, outstanding]));
    if (isFree) this.#at(data.to).set(id, { id, version, expectedAt: Date.parse(data.expectedAt), units });
    else this.#coming.get(data.to)?.delete(id);
  }

  #at(location: string) {
    const coming = this.#coming.get(location) ?? new Map<string, OnItsWay & { version: number }>();
    this.#coming.set(location, coming);
    return coming;
  }
}
