// Gives a hold more time while the shopper still checks out.
import { assertAllowed, type Reservation } from '../domain/reservation.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

export type ExtendHold = {
  id: string;
  admit: Admit;
  /** From now. */
  ttlSeconds: number;
  actor: Actor;
};

/** Refuses with unknown-reservation, and invalid-transition once it has expired. Tells it as another `reservation.held`. */
export const extendHold: StockOperation<ExtendHold, Reservation> = {
  name: 'extendHold',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, ttlSeconds, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'extend');
    reservation.expiresAt = new Date(batch.now.getTime() + ttlSeconds * 1_000);
    batch.record(reservation, 'reservation.held', actor, 'held', { ttlSeconds });
    return reservation;
  },
};
