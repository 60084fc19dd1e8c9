// Plans for a cart: which stores may take part, what each has and could be sent, and when it would be ready.
// Answers from memory; what makes a plan, and which is the best, is domain/plan.ts.
import type { CartLine } from '../domain/cart.ts';
import type { Coordinates, LocationRecord } from '../domain/location.ts';
import { findPlans, type Plan, type PlanStore, type PlanSupply, type Strategy } from '../domain/plan.ts';
import { Problem } from '../domain/problem.ts';
import { type PickupCounter, promiseAfter, promiseByTransfer, promiseHere } from '../domain/promise.ts';
import type { Availability } from './availability.ts';
import type { ItemLevels } from './itemLevels.ts';
import type { Locations, Slot } from './locations.ts';

export type PlanQuery = {
  /** Where the shopper is, or the stores that come into question, the preferred first. */
  among: { near: Coordinates; radiusKm: number } | { codes: readonly string[] };
  strategy: Strategy;
  limit: number;
  /** False for locations that the caller may not know of. */
  sees: (code: string) => boolean;
};

export type FoundPlan = Omit<Plan, 'legs'> & {
  legs: (Plan['legs'][number] & {
    location: LocationRecord;
    /** Since when what is known of it, or of what is sent to it, is out of date; null: it is not. */
    staleSince: Date | null;
  })[];
};

/**
 * Around a point, plans are made of these stores: the nearest that have some line whole; so that one far store with
 * everything is not missed for many near ones with little, the nearest that have, or can be sent, all of it; and for
 * a line that none of these has, the nearest that has it.
 */
export const PLAN_STORES_WITH_SOME = 24;
export const PLAN_STORES_WITH_ALL = 10;
/** Transfers on their way that a store of a plan may wait for. */
const JOINS_MAX = 3;
/** More lines that are each far away are more stores than a plan has. */
const RARE_LINES_MAX = 6;

/** Complete plans for a cart (merged lines), the best first. Throws `unknown-item`, `unknown-location`. */
export async function searchPlans(
  views: { locations: Locations; availability: Availability },
  cart: readonly CartLine[],
  query: PlanQuery,
  now: Date,
): Promise<FoundPlan[]> {
  const { among } = query;
  // A store that was made a moment ago is read; after this nothing is awaited any more.
  if ('codes' in among) await Promise.all(among.codes.map((code) => views.locations.location(code)));
  const levels = await views.availability.levelsOf(cart.map((line) => line.sku));
  const requested = cart.map((line) => line.quantity);
  const search = new PlanSearch(views, { levels, requested, now });
  const stores = 'codes' in among ? search.named(among.codes, query.sees) : search.around(among, query.sees);
  return findPlans(requested, stores, query.strategy, query.limit).map((plan) => ({
    ...plan,
    legs: plan.legs.map((leg) => ({
      ...leg,
      location: search.locationOf(leg.store),
      staleSince: views.availability.staleSince(leg.store.code, leg.supply?.from ?? null),
    })),
  }));
}

class PlanSearch {
  readonly #locations: Locations;
  readonly #availability: Availability;
  readonly #levels: readonly ItemLevels[];
  readonly #requested: readonly number[];
  readonly #now: Date;
  readonly #supplies = new Map<Slot, readonly PlanSupply[]>();
  /** Many stores are supplied from one place: its units are looked up once. */
  readonly #unitsAt = new Map<Slot, readonly number[]>();

  constructor(
    views: { locations: Locations; availability: Availability },
    cart: { levels: readonly ItemLevels[]; requested: readonly number[]; now: Date },
  ) {
    this.#locations = views.locations;
    this.#availability = views.availability;
    this.#levels = cart.levels;
    this.#requested = cart.requested;
    this.#now = cart.now;
  }

  /** The stores with these codes, in their order. Those that hand over no orders or never open are left out. */
  named(codes: readonly string[], sees: (code: string) => boolean): PlanStore[] {
    return codes.flatMap((code) => {
      if (!sees(code) || this.#locations.find(code) === null) {
        throw new Problem('unknown-location', `There is no location with the code ${code}.`, {
          location: code,
        });
      }
      return this.#store(this.#locations.slotOf(code), null) ?? [];
    });
  }

  /** The stores that come into question around a point, the nearest first. */
  around({ near, radiusKm }: { near: Coordinates; radiusKm: number }, sees: PlanQuery['sees']): PlanStore[] {
    const nearest = (limit: number, accepts: (slot: Slot) => boolean) =>
      this.#locations.nearest(near, radiusKm, limit, (slot) => {
        const location = this.#locations.at(slot);
        if (location === null || !location.pickup.enabled || !sees(location.code)) return false;
        // What is on the shelves is asked first: it is by far the cheaper question.
        return accepts(slot) && promiseHere(this.#counterOf(location)) !== null;
      });
    const lines = [...this.#requested.keys()];
    const slots = new Set([
      ...nearest(PLAN_STORES_WITH_SOME, (slot) => lines.some((line) => this.#reaches(slot, line))),
      ...nearest(PLAN_STORES_WITH_ALL, (slot) => lines.every((line) => this.#has(slot, line))),
      ...nearest(PLAN_STORES_WITH_ALL, (slot) => lines.every((line) => this.#reaches(slot, line))),
    ]);
    const rare = lines.filter((line) => ![...slots].some((slot) => this.#reaches(slot, line)));
    for (const line of rare.slice(0, RARE_LINES_MAX)) {
      for (const slot of nearest(1, (one) => this.#reaches(one, line))) slots.add(slot);
    }
    return [...slots]
      .flatMap((slot) => this.#store(slot, this.#locations.distanceKm(near, slot)) ?? [])
      .sort((a, b) => (a.distanceKm ?? 0) - (b.distanceKm ?? 0) || (a.code < b.code ? -1 : 1));
  }

  locationOf({ code }: PlanStore): LocationRecord {
    const location = this.#locations.find(code);
    if (location === null) throw new Error(`a plan names ${code}, which is not there`);
    return location;
  }

  #units(slot: Slot, line: number): number {
    return this.#levels[line]?.available(slot, this.#now.getTime()) ?? 0;
  }

  #here(slot: Slot): number[] {
    return this.#levels.map((_, line) => this.#units(slot, line));
  }

  #has(slot: Slot, line: number): boolean {
    return this.#units(slot, line) >= (this.#requested[line] ?? 0);
  }

  /** True where the line is there, or what is missing of it can be sent there. */
  #reaches(slot: Slot, line: number): boolean {
    if (this.#has(slot, line)) return true;
    const location = this.#locations.at(slot);
    if (location === null) return false;
    const missing = (this.#requested[line] ?? 0) - this.#units(slot, line);
    return this.#suppliesOf(slot, location).some(({ units }) => (units[line] ?? 0) >= missing);
  }

  #store(slot: Slot, distanceKm: number | null): PlanStore | null {
    const location = this.#locations.at(slot);
    if (location === null) return null;
    const promise = promiseHere(this.#counterOf(location));
    if (promise === null) return null;
    const { code } = location;
    const supplies = this.#suppliesOf(slot, location);
    return { code, distanceKm, readyAt: promise.readyAt.getTime(), here: this.#here(slot), supplies };
  }

  /** The same ways that a hold by transfer is given: sent by the usual supplier, or on its way already. */
  #suppliesOf(slot: Slot, location: LocationRecord): readonly PlanSupply[] {
    const known = this.#supplies.get(slot);
    if (known !== undefined) return known;
    const supplies = [this.#sentTo(location) ?? [], this.#comingTo(location)].flat();
    this.#supplies.set(slot, supplies);
    return supplies;
  }

  #sentTo(location: LocationRecord): PlanSupply | null {
    const source = this.#sourceOf(location);
    if (source === null || location.replenishment === null) return null;
    const promise = promiseByTransfer({
      destination: this.#counterOf(location),
      source: { hours: source.openingHours, timeZone: source.timeZone },
      replenishment: location.replenishment,
      now: this.#now,
    });
    if (promise === null) return null;
    const slot = this.#locations.slotOf(source.code);
    const units = this.#unitsAt.get(slot) ?? this.#here(slot);
    this.#unitsAt.set(slot, units);
    return { from: source.code, units, readyAt: promise.readyAt.getTime() };
  }

  #comingTo(location: LocationRecord): PlanSupply[] {
    const coming = this.#availability
      .onItsWay(location.code, this.#now)
      .map(({ expectedAt, units }) => ({
        expectedAt,
        units: this.#levels.map((levels) => {
          const arriving = units.get(levels.sku) ?? 0;
          return this.#availability.promisedOf(levels, location, arriving, this.#now);
        }),
      }))
      .filter(({ units }) => units.some((count) => count > 0));
    return coming.slice(0, JOINS_MAX).flatMap(({ expectedAt, units }) => {
      const promise = promiseAfter(this.#counterOf(location), expectedAt, this.#now);
      return promise === null ? [] : [{ from: null, units, readyAt: promise.readyAt.getTime() }];
    });
  }

  #sourceOf({ replenishment }: LocationRecord): LocationRecord | null {
    return replenishment === null ? null : this.#locations.find(replenishment.from);
  }

  #counterOf(location: LocationRecord): PickupCounter & { now: Date } {
    return {
      hours: location.openingHours,
      timeZone: location.timeZone,
      pickup: location.pickup,
      queuedOrders: this.#availability.openOrders(location.code),
      now: this.#now,
    };
  }
}
