// One search: a cart, an instant, and the places that could hand it over, judged and ranked. Answers from memory,
// synchronously: nothing may change between two places of one answer. What a verdict means is domain/availability.ts.
import {
  compareByDistance,
  compareBySoonest,
  coversCart,
  fulfilmentOf,
  type Ranked,
} from '../domain/availability.ts';
import type { Coordinates, LocationRecord } from '../domain/location.ts';
import { type OpeningStatus, openingStatus } from '../domain/openTime.ts';
import { type PickupCounter, promiseAfter, promiseByTransfer, promiseHere } from '../domain/promise.ts';
import type { BufferRules } from './bufferRules.ts';
import type { Incoming, OnItsWay } from './incoming.ts';
import type { ItemLevels, LevelTerms } from './itemLevels.ts';
import type { Locations, Slot } from './locations.ts';
import type { OpenOrders } from './openOrders.ts';
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

/** Nothing is there, or the place never opens. */
const NOTHING: Verdict = { fulfilment: 'none', readyAt: null, sentFrom: null };

export type SearchedCart = {
  /** Merged lines: the levels of each item and the units wanted, place for place. */
  levels: readonly ItemLevels[];
  requested: readonly number[];
  now: Date;
};

export class CartSearch {
  readonly #locations: Locations;
  readonly #openOrders: OpenOrders;
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
      openOrders: OpenOrders;
      staleness: Staleness;
      incoming: Incoming;
      bufferRules: BufferRules;
    },
    cart: SearchedCart,
  ) {
    this.#locations = views.locations;
    this.#openOrders = views.openOrders;
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
    const nearest = this.#findNearest(query);
    if (nearest !== null) return { places: nearest.sort(compare), hasMore: true };
    const ranked = this.#candidates(query)
      .filter((candidate) => after === null || compare(candidate, after) > 0)
      .sort(compare);
    return { places: ranked.slice(0, limit).map((one) => this.#place(one)), hasMore: ranked.length > limit };
  }

  /** The usual search ends here: enough places near by have it all, and no other place is even judged. Else null. */
  #findNearest(query: SearchQuery): Place[] | null {
    const { near, radiusKm, limit, sort, after } = query;
    if (near === null || sort !== 'distance' || after !== null) return null;
    const places = this.nearestWithAll(near, radiusKm, limit + 1, (slot) => this.#isOffered(slot, query));
    const [last, next] = [places[limit - 1]?.distanceKm, places[limit]?.distanceKm];
    // Where the next is as far as the last, which of them come first is for the whole ranking to say.
    if (last === undefined || next === undefined || last === next) return null;
    return places.slice(0, limit);
  }

  /** The nearest places, of those that `accepts` takes, which have the whole cart on their shelves. */
  nearestWithAll(
    near: Coordinates,
    radiusKm: number,
    limit: number,
    accepts: (slot: Slot) => boolean,
  ): Place[] {
    const hasAll = (slot: Slot) => accepts(slot) && this.#hasAll(slot);
    // The index asks about ten times as many places as it answers, so hours are looked at afterwards; and during the
    // search only in the rare case that a place with stock never opens.
    const found = this.#candidatesAmong(near, radiusKm, limit, hasAll);
    const open = found.every(isPromised)
      ? found
      : this.#candidatesAmong(
          near,
          radiusKm,
          limit,
          (slot) => hasAll(slot) && isPromised(this.#candidate(slot, near)),
        );
    return open.map((candidate) => this.#place(candidate));
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
      queuedOrders: this.#openOrders.count(location.code),
      source,
      coming,
      opens: promiseHere(this.#counterAt(location)) !== null,
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
    this.#fill(this.#here, slot);
    return coversCart(this.#requested, this.#here);
  }

  #isOffered(slot: Slot, query: SearchQuery): boolean {
    const location = this.#locations.at(slot);
    if (location === null) return false;
    return location.pickup.enabled && query.sees(location.code);
  }

  #candidate(slot: Slot, near: Coordinates | null): Candidate {
    const location = this.#locations.at(slot);
    if (location === null) throw new Error(`slot ${slot} has no location`);
    const verdict = this.#judge(slot, location);
    const distanceKm = near === null ? null : this.#locations.distanceKm(near, slot);
    return { slot, location, code: location.code, ...verdict, distanceKm };
  }

  /** By the way that is sooner: from where it is supplied, or with what is on its way already. */
  #judge(slot: Slot, location: LocationRecord): Verdict {
    const verdict = this.#judgeSupply(slot, location);
    if (verdict.fulfilment === 'now') return verdict;
    const coming = this.#comingTo(location);
    if (coming === null) return verdict;
    const promise = promiseAfter(this.#counterAt(location), coming.expectedAt, this.#now);
    const readyAt = promise?.readyAt.getTime() ?? Number.POSITIVE_INFINITY;
    if (readyAt >= (verdict.readyAt ?? Number.POSITIVE_INFINITY)) return verdict;
    return { fulfilment: 'transfer', readyAt, sentFrom: null };
  }

  /** What brings all that is missing at the place judged last: one transfer, because an order waits for one. */
  #comingTo(location: LocationRecord): OnItsWay | null {
    const coming = this.#incoming.bringing(location.code, this.#now);
    return coming.find((way) => this.#brings(way, location)) ?? null;
  }

  #brings({ units }: OnItsWay, { id, code }: LocationRecord): boolean {
    const place = { slot: this.#locations.slotOf(code), locationId: id };
    return this.#levels.every((levels, line) => {
      const missing = (this.#requested[line] ?? 0) - (this.#here[line] ?? 0);
      const arriving = units.get(levels.sku) ?? 0;
      return missing <= 0 || missing <= this.#bufferRules.promisedOf(levels, place, arriving, this.#at);
    });
  }

  #judgeSupply(slot: Slot, location: LocationRecord): Verdict {
    this.#fill(this.#here, slot);
    const source = this.#sourceOf(location);
    if (source !== null) this.#fill(this.#atSource, this.#locations.slotOf(source.code));
    const fulfilment = fulfilmentOf(this.#requested, this.#here, source === null ? null : this.#atSource);
    if (fulfilment === 'none') return NOTHING;
    const counter = this.#counterAt(location);
    const here = promiseHere(counter);
    if (here === null) return NOTHING;
    if (fulfilment === 'now') return { fulfilment, readyAt: here.readyAt.getTime(), sentFrom: null };
    if (fulfilment !== 'transfer' || source === null || location.replenishment === null) {
      return { fulfilment, readyAt: null, sentFrom: null };
    }
    const promise = promiseByTransfer({
      destination: counter,
      source: { hours: source.openingHours, timeZone: source.timeZone },
      replenishment: location.replenishment,
      now: this.#now,
    });
    if (promise !== null) return { fulfilment, readyAt: promise.readyAt.getTime(), sentFrom: source.code };
    // The source has it but never sends: what is here is all there is.
    return { ...NOTHING, fulfilment: fulfilmentOf(this.#requested, this.#here, null) };
  }

  #sourceOf({ replenishment }: LocationRecord): LocationRecord | null {
    return replenishment === null ? null : this.#locations.find(replenishment.from);
  }

  #place(candidate: Candidate): Place {
    const staleSince = this.#staleness.since([candidate.code, candidate.sentFrom]);
    return { ...candidate, here: this.unitsAt(candidate.slot), staleSince };
  }

  #counterAt(location: LocationRecord): PickupCounter & { now: Date } {
    return {
      hours: location.openingHours,
      timeZone: location.timeZone,
      pickup: location.pickup,
      queuedOrders: this.#openOrders.count(location.code),
      now: this.#now,
    };
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
