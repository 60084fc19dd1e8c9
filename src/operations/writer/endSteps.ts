// The end of an order of which nothing is to be handed over any more, whoever's word made it so: the counter's, a
// till's, or the picker's. The same words in any order end it alike.
import { isHandedOver, isOpen, type Reservation } from '../../domain/reservation.ts';
import type { Batch } from './batch.ts';
import { endFeed } from './feedSteps.ts';

/** True when it ended as collected by this. It must have been declared to change; the caller records it. */
export function endHandedOver(batch: Batch, reservation: Reservation): boolean {
  if (!isOpen(reservation) || !isHandedOver(reservation)) return false;
  reservation.status = 'collected';
  // A transfer that it waited for may bring more than it needed: the rest waits for nobody now.
  endFeed(batch, reservation);
  return true;
}
