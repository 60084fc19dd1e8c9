// Owns the demo retailer as a whole: Fait Maison, things for the home, 30 stores in France.
// Pure: the same instant gives the same data, on every machine. Must not know who loads it, or where.

import { buffers } from './buffers.ts';
import { localDate } from './calendar.ts';
import { exampleReservations } from './examples.ts';
import { range } from './items.ts';
import { outlets } from './locations.ts';
import { playMonth } from './month.ts';
import { reservationScript } from './reservations.ts';
import type { DemoRetailer } from './retailer.ts';
import { showcase } from './showcase.ts';
import { transfers } from './transfers.ts';

export type * from './retailer.ts';

/**
 * The retailer as it stands at `now`: its catalogue, a stocktaking 30 days ago, what has moved since, and the
 * reservations to play. Items are the same whatever the day; hours' exceptions cover this year and the next.
 * @throws RangeError when `now` is not a date.
 */
export function faitMaison(now: Date): DemoRetailer {
  if (Number.isNaN(now.getTime())) throw new RangeError('now is not a date');
  const year = Number(localDate(now, 'Europe/Paris').slice(0, 4));
  const everyOutlet = outlets(year);
  const everyEntry = range();
  const { counts, movements, onHand } = playMonth(everyOutlet, everyEntry, now);
  return {
    name: 'Fait Maison',
    locations: everyOutlet.map(({ location }) => location),
    items: everyEntry.map(({ item }) => item),
    counts,
    movements,
    reservations: reservationScript(onHand, now),
    examples: exampleReservations(now),
    transfers: structuredClone([...transfers]),
    buffers,
    showcase: structuredClone(showcase),
  };
}
