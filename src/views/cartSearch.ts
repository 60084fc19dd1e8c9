// One search: a cart, an instant, and the places that could hand it over, judged and ranked. Answers from memory,
// synchronously: nothing may change between two places of one answer. What a verdict means is domain/availability.ts.
import {
  compareByDistance,
  compareBySoonest,
  coversCart,
  type Fulfilment,
  fulfilmentOf,
  type Ranked,
} from '../domain/availability.ts';
import type { Coordinates, LocationRecord } from '../domain/location.ts';
import { type OpeningStatus, openingStatus } from '../domain/openTime.ts';
import { promiseAfter } from '../domain/promise.ts';
import type { BufferRules } from './bufferRules.ts';
import type { Incoming, OnItsWay } from './incoming.ts';
import type { ItemLevels, LevelTerms } from './itemLevels.ts';
import type { Locations, Slot } from './locations.ts';
import type { Promises } from './promises.ts';
import type { Staleness } from './staleness.ts';

export const SORTS = ['distance', 'soonest'] as const;
export type Sort = (typeof SORTS)[number];

export type SearchQuery = {
  /** Null: every place, wherever it is. */
  near: Coordinates | null;
  /** Only with `near`. */
  radiusKm: number;
  limit: number;
  sort: Sort;
  /** The last place of the page before. A place whose stock changes between two pages may be in both, or in none. */
  after: Ranked | null;
  /** False for locations that the caller may not know of. */
  sees: (code: string) => boolean;
};

/** A place in an answer. */
export type Place = Ranked & {
  slot: Slot;
  location: LocationRecord;
  /** Available units, line by line. */
  here: number[];
  /** What is missing is sent from there; null: nothing is. */
  sentFrom: string | null;
  /** Since when what is known of it, or of what is sent to it, is out of date; null: it is not. */
  staleSince: Date | null;
};

export type Found = { places: Place[]; hasMore: boolean };

/** What a verdict rests on. */
export type Reasons = {
  hours: OpeningStatus;
  queuedOrders: number;
  /** What replenishes the place. */
  source: LocationRecord | null;
  /** The transfer on its way there that brings all that is missing, the soonest. */
  coming: OnItsWay | null;
  /** False where nothing can be promised, because it does not open. */
  opens: boolean;
  lines: {
    itemId: number;
    sku: string;
    requested: number;
    /** Null where there never was any stock. */
    here: LevelTerms | null;
    atSource: number | null;
  }[];
};

type Verdict = Pick<Place, 'fulfilment' | 'readyAt' | 'sentFrom'>;
type Judged = { slot: Slot; verdict: Verdict };

const without = (fulfilment: Fulfilment): Verdict => ({ fulfilment, readyAt: null, sentFrom: null });
const WITHOUT_PROMISE = {
  now: without('now'),
  transfer: without('transfer'),
  partial: without('partial'),
  none: without('none'),
};
/** Places that are judged before all in reach are fetched: of 2,000, 32 take 15 µs to find and the 350 in 200 km 84 µs. */
const FIRST_LOOK = 32;
/** Nothing is there, or the place never opens. */
const NOTHING = WITHOUT_PROMISE.none;

export type SearchedCart = {
  /** Merged lines: the levels of each item and the units wanted, place for place. */
  levels: readonly ItemLevels[];
  requested: readonly number[];
  now: Date;
};

export class CartSearch {
  readonly #locations: Locations;
  readonly #promises: Promises;
  readonly #staleness: Staleness;
  readonly #incoming: Incoming;
  readonly #bufferRules: BufferRules;
  readonly #levels: readonly ItemLevels[];
  readonly #requested: readonly number[];
  readonly #now: Date;
  readonly #at: number;
  // Filled anew for every place that is judged: thousands are, and few are shown.
  readonly #here: number[] = [];
  readonly #atSource: number[] = [];

  constructor(
    views: {
      locations: Locations;
      promises: Promises;
      staleness: Staleness;
      incoming: Incoming;
      bufferRules: BufferRules;
    },
    cart: SearchedCart,
  ) {
    this.#locations = views.locations;
    this.#promises = views.promises;
    this.#staleness = views.staleness;
    this.#incoming = views.incoming;
    this.#bufferRules = views.bufferRules;
    this.#levels = cart.levels;
    this.#requested = cart.requested;
    this.#now = cart.now;
    this.#at = cart.now.getTime();
  }

  /** The best `limit` places. */
  find(query: SearchQuery): Found {
    const { limit, after } = query;
    const compare = query.sort === 'soonest' ? compareBySoonest : compareByDistance;
    const near = this.#findAround(query);
    if (near !== null) return near;
    const ranked = this.#candidates(query)
      .filter((candidate) => after === null || compare(candidate, after) > 0)
      .sort(compare);
    return { places: ranked.slice(0, limit).map((one) => this.#place(one)), hasMore: ranked.length > limit };
  }

  /** The usual search: around a point, by distance, from the first place on. Null: it is another one. */
  #findAround(query: SearchQuery): Found | null {
    const { near, radiusKm, limit, sort, after } = query;
    if (near === null || sort !== 'distance' || after !== null) return null;
    // Mostly enough places near by have it all, and no other place is even judged.
    const isOffered = (slot: Slot) => this.#isOffered(slot, query);
    const withAll = this.#candidatesWithAll(near, radiusKm, limit + 1, isOffered);
    const best = withAll.length > limit ? withAll : this.#bestAround(near, query, withAll);
    const [last, next] = [best[limit - 1], best[limit]];
    // Where the next is as far as the last, which of them comes first is for the whole ranking to say.
    if (last !== undefined && last.distanceKm === next?.distanceKm) return null;
    const places = best.slice(0, limit).map((one) => this.#place(one));
    return { places: places.sort(compareByDistance), hasMore: next !== undefined };
  }

  /** The first of all places in reach by what they can do and then by distance, one more than asked for. */
  #bestAround(near: Coordinates, query: SearchQuery, withAll: readonly Candidate[]): Candidate[] {
    return [...withAll, ...this.#bestWithoutAll(near, query, query.limit + 1 - withAll.length)];
  }

  /**
   * The first `wanted` places that have not all of it. They come by distance, so each is only put behind those that can do
   * the same, nothing is sorted, and once enough can have it sent nobody further away is even judged: the nearest `reach`
   * are mostly enough where places are supplied, and all in reach are fetched only if they are not.
   */
  #bestWithoutAll(near: Coordinates, query: SearchQuery, wanted: number, reach = FIRST_LOOK): Candidate[] {
    const verdicts: Record<Fulfilment, Judged[]> = { now: [], transfer: [], partial: [], none: [] };
    const isOffered = (slot: Slot) => this.#isOffered(slot, query);
    const nearest = this.#locations.nearest(near, query.radiusKm, reach, isOffered);
    for (const slot of nearest) {
      const verdict = this.#judge(slot, this.#locationAt(slot));
      verdicts[verdict.fulfilment].push({ slot, verdict });
      if (verdicts.transfer.length === wanted) break;
    }
    if (verdicts.transfer.length < wanted && nearest.length === reach) {
      return this.#bestWithoutAll(near, query, wanted, Number.POSITIVE_INFINITY);
    }
    return [...verdicts.transfer, ...verdicts.partial, ...verdicts.none]
      .slice(0, wanted)
      .map(({ slot, verdict }) => this.#candidateOf(slot, near, verdict));
  }

  /** The nearest places, of those that `accepts` takes, which have the whole cart on their shelves. */
  nearestWithAll(
    near: Coordinates,
    radiusKm: number,
    limit: number,
    accepts: (slot: Slot) => boolean,
  ): Place[] {
    return this.#candidatesWithAll(near, radiusKm, limit, accepts).map((candidate) => this.#place(candidate));
  }

  #candidatesWithAll(
    near: Coordinates,
    radiusKm: number,
    limit: number,
    accepts: (slot: Slot) => boolean,
  ): Candidate[] {
    // Shelves first: they refuse most places, and lie together in memory, where locations do not.
    const hasAll = (slot: Slot) => this.#hasAll(slot) && accepts(slot);
    // Hours are looked at afterwards: during the search only in the rare case that a place with stock never opens.
    const found = this.#candidatesAmong(near, radiusKm, limit, hasAll);
    if (found.every(isPromised)) return found;
    const isOpen = (slot: Slot) => hasAll(slot) && isPromised(this.#candidate(slot, near));
    return this.#candidatesAmong(near, radiusKm, limit, isOpen);
  }

  /** Available units of each line at a location, in a new array. */
  unitsAt(slot: Slot): number[] {
    return this.#levels.map((levels) => levels.available(slot, this.#at));
  }

  /** All that a verdict on a place rests on, for people who ask why. */
  reasonsFor({ slot, location }: Place): Reasons {
    const source = this.#sourceOf(location);
    this.#fill(this.#here, slot);
    const coming = coversCart(this.#requested, this.#here) ? null : this.#comingTo(location);
    const sourceSlot = source === null ? null : this.#locations.slotOf(source.code);
    return {
      hours: openingStatus(location.openingHours, location.timeZone, this.#now),
      queuedOrders: this.#promises.counterAt(location).queuedOrders,
      source,
      coming,
      opens: this.#promises.here(slot, location, this.#now) !== null,
      lines: this.#levels.map((levels, line) => ({
        itemId: levels.itemId,
        sku: levels.sku,
        requested: this.#requested[line] ?? 0,
        here: levels.terms(slot, this.#at),
        atSource: sourceSlot === null ? null : levels.available(sourceSlot, this.#at),
      })),
    };
  }

  /** Everything that is offered, judged. */
  #candidates(query: SearchQuery): Candidate[] {
    const { near, radiusKm } = query;
    const isOffered = (slot: Slot) => this.#isOffered(slot, query);
    if (near !== null) return this.#candidatesAmong(near, radiusKm, Number.POSITIVE_INFINITY, isOffered);
    return this.#locations
      .inOrder()
      .filter(isOffered)
      .map((slot) => this.#candidate(slot, null));
  }

  #candidatesAmong(
    near: Coordinates,
    radiusKm: number,
    limit: number,
    accepts: (slot: Slot) => boolean,
  ): Candidate[] {
    return this.#locations.nearest(near, radiusKm, limit, accepts).map((slot) => this.#candidate(slot, near));
  }

  #hasAll(slot: Slot): boolean {
    for (let line = 0; line < this.#levels.length; line++) {
      if ((this.#levels[line]?.available(slot, this.#at) ?? 0) < (this.#requested[line] ?? 0)) return false;
    }
    return true;
  }

  #isOffered(slot: Slot, query: SearchQuery): boolean {
    const location = this.#locations.at(slot);
    if (location === null) return false;
    return location.pickup.enabled && query.sees(location.code);
  }

  #candidate(slot: Slot, near: Coordinates | null): Candidate {
    return this.#candidateOf(slot, near, this.#judge(slot, this.#locationAt(slot)));
  }

  #candidateOf(slot: Slot, near: Coordinates | null, verdict: Verdict): Candidate {
    const location = this.#locationAt(slot);
    const distanceKm = near === null ? null : this.#locations.distanceKm(near, slot);
    const { fulfilment, readyAt, sentFrom } = verdict;
    return { slot, location, code: location.code, fulfilment, readyAt, sentFrom, distanceKm };
  }

  #locationAt(slot: Slot): LocationRecord {
    const location = this.#locations.at(slot);
    if (location === null) throw new Error(`slot ${slot} has no location`);
    return location;
  }

  /** By the way that is sooner: from where it is supplied, or with what is on its way already. */
  #judge(slot: Slot, location: LocationRecord): Verdict {
    const verdict = this.#judgeSupply(slot, location);
    if (verdict.fulfilment === 'now') return verdict;
    const coming = this.#comingTo(location);
    if (coming === null) return verdict;
    const promise = promiseAfter(this.#promises.counterAt(location), coming.expectedAt, this.#now);
    const readyAt = promise?.readyAt.getTime() ?? Number.POSITIVE_INFINITY;
    if (readyAt >= (verdict.readyAt ?? Number.POSITIVE_INFINITY)) return verdict;
    return { fulfilment: 'transfer', readyAt, sentFrom: null };
  }

  /** What brings all that is missing at the place judged last: one transfer, because an order waits for one. */
  #comingTo(location: LocationRecord): OnItsWay | null {
    const coming = this.#incoming.bringing(location.code, this.#now);
    if (coming.length === 0) return null;
    const place = { slot: this.#locations.slotOf(location.code), locationId: location.id };
    const missing = this.#requested.map((wanted, line) => wanted - (this.#here[line] ?? 0));
    const isWhole = (way: OnItsWay) =>
      this.#bufferRules.bringsAll(this.#levels, place, missing, way, this.#at);
    return coming.find(isWhole) ?? null;
  }

  #judgeSupply(slot: Slot, location: LocationRecord): Verdict {
    this.#fill(this.#here, slot);
    const readyAt = this.#promises.here(slot, location, this.#now);
    if (readyAt === null) return NOTHING;
    if (coversCart(this.#requested, this.#here)) return { fulfilment: 'now', readyAt, sentFrom: null };
    const source = this.#sourceOf(location);
    if (source !== null) this.#fill(this.#atSource, this.#locations.slotOf(source.code));
    const fulfilment = fulfilmentOf(this.#requested, this.#here, source === null ? null : this.#atSource);
    if (fulfilment !== 'transfer' || source === null) return WITHOUT_PROMISE[fulfilment];
    const sentAt = this.#promises.byTransfer(slot, location, source, this.#now);
    if (sentAt !== null) return { fulfilment, readyAt: sentAt, sentFrom: source.code };
    // The source has it but never sends: what is here is all there is.
    return WITHOUT_PROMISE[fulfilmentOf(this.#requested, this.#here, null)];
  }

  #sourceOf({ replenishment }: LocationRecord): LocationRecord | null {
    return replenishment === null ? null : this.#locations.find(replenishment.from);
  }

  #place(candidate: Candidate): Place {
    const { slot, location, code, fulfilment, readyAt, sentFrom, distanceKm } = candidate;
    const staleSince = this.#staleness.since([code, sentFrom]);
    const here = this.unitsAt(slot);
    // Written out: a spread takes longer, and every place that is shown is made here.
    return { slot, location, code, fulfilment, readyAt, sentFrom, distanceKm, here, staleSince };
  }

  #fill(units: number[], slot: Slot): void {
    for (let line = 0; line < this.#levels.length; line++) {
      units[line] = this.#levels[line]?.available(slot, this.#at) ?? 0;
    }
  }
}

type Candidate = Omit<Place, 'here' | 'staleSince'>;

function isPromised(candidate: Candidate): boolean {
  return candidate.readyAt !== null;
}
