// Takes a plan: all its reservations in one command, or none. Whether its units are still there, and that it was not
// taken before, is decided under the locks of all its levels, wherever they are.
import { Problem } from '../domain/problem.ts';
import type { Reservation } from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import { type HoldLines, holdLines, holdNeeds } from './writer/holdSteps.ts';
import type { StockOperation } from './writer/operation.ts';

export type ReservePlan = {
  planId: string;
  /** Until when the quote holds; the clock of the decision counts. */
  validUntil: Date;
  /** One reservation for each store. */
  legs: readonly HoldLines[];
};

/** Refuses with plan-expired, plan-taken, and as `holdLines` does; `shortages` are those of all stores. */
export const reservePlan: StockOperation<ReservePlan, Reservation[]> = {
  name: 'reservePlan',

  needs({ planId, legs }) {
    const needs = legs.map(holdNeeds);
    return {
      levels: needs.flatMap((need) => need.levels ?? []),
      createsLevels: {
        at: needs.flatMap(({ createsLevels }) => (typeof createsLevels === 'object' ? createsLevels.at : [])),
      },
      locations: needs.flatMap((need) => need.locations ?? []),
      transfers: needs.flatMap((need) => need.transfers ?? []),
      endsDueHolds: true,
      orderReferences: needs.flatMap((need) => need.orderReferences ?? []),
      plans: [planId],
    };
  },

  decide(batch, { planId, validUntil, legs }) {
    if (batch.isPlanTaken(planId)) {
      throw new Problem('plan-taken', 'The plan was taken before; ask for a new one.');
    }
    if (batch.now > validUntil) {
      throw new Problem(
        'plan-expired',
        `The plan held until ${validUntil.toISOString()}; ask for a new one.`,
        {
          validUntil,
        },
      );
    }
    return holdAll(batch, legs);
  },
};

/** Goes on after a store that lacks units, so that the answer names all that is short and not only the first. */
function holdAll(batch: Batch, legs: readonly HoldLines[]): Reservation[] {
  const held: Reservation[] = [];
  const shortages: object[] = [];
  for (const leg of legs) {
    try {
      held.push(holdLines(batch, leg));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'insufficient-stock') throw error;
      shortages.push(...shortagesAt(leg.location, error));
    }
  }
  if (shortages.length === 0 && held.length === legs.length) return held;
  throw new Problem('insufficient-stock', 'Some units of the plan are gone; ask for a new one.', {
    shortages,
  });
}

function shortagesAt(location: string, { extras }: Problem): object[] {
  const { shortages } = extras;
  return Array.isArray(shortages) ? shortages.map((shortage) => ({ location, ...shortage })) : [];
}
