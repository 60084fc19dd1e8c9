// Owns a store's day: tickets, what customers bring back, what breaks or is found.
// Must not know deliveries.

import type { MovementType } from '../../src/domain/movement.ts';
import { openTime } from './hours.ts';
import { type Random, randomStream } from './random.ts';
import { post, type Shelf } from './shelf.ts';

/** Tickets of an ordinary day: a demo wants a readable ledger, not a true turnover. */
const tickets = { large: [3, 6], medium: [2, 4], small: [1, 3] } as const;
const returnShare = 0.05;
const incidentShare = 0.06;

/** One unit, or a small set of plates or glasses. */
const quickQuantities = [1, 1, 1, 2, 2, 4, 6];

const incidents: { type: MovementType; word: string; quantity: number }[] = [
  { type: 'damage', word: 'CASSE', quantity: 1 },
  { type: 'loss', word: 'DEMARQUE', quantity: 1 },
  { type: 'found', word: 'RETROUVE', quantity: 1 },
  { type: 'adjustment', word: 'ECART', quantity: -1 },
  { type: 'adjustment', word: 'ECART', quantity: 2 },
];

type Moment = { at: number; ticket: string };

/** Different instants within the opening hours, in order. */
function instants(shelf: Shelf, date: string, count: number, random: Random): number[] {
  const intervals = openTime(shelf.outlet.pastHours, shelf.outlet.location.timeZone, date);
  if (intervals.length === 0) return [];
  const drawn = Array.from({ length: count }, () => {
    const { opensAt, closesAt } = random.pick(intervals);
    const seconds = (closesAt.getTime() - opensAt.getTime()) / 1000;
    return opensAt.getTime() + random.between(0, seconds - 1) * 1000;
  });
  return [...new Set(drawn)].sort((one, other) => one - other);
}

function sell(shelf: Shelf, { at, ticket }: Moment, random: Random): void {
  const entries = new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(shelf.demand)));
  let line = 0;
  for (const { item, turnover } of entries) {
    const wanted = turnover === 'quick' ? random.pick(quickQuantities) : 1;
    const quantity = Math.min(wanted, shelf.onHand.get(item.sku) ?? 0);
    if (quantity === 0) continue;
    line += 1;
    post(shelf, {
      at,
      eventId: `${ticket}-${line}`,
      type: 'sale',
      sku: item.sku,
      quantity,
      reference: ticket,
    });
  }
}

/** One unit of a past ticket comes back; at most once for each ticket line. */
function takeBack(shelf: Shelf, { at, ticket }: Moment, random: Random): void {
  const [sale] = shelf.sales.splice(random.between(0, Math.max(0, shelf.sales.length - 1)), 1);
  if (sale === undefined) return;
  post(shelf, {
    at,
    eventId: `${ticket}-R`,
    type: 'return',
    sku: sale.sku,
    quantity: 1,
    reference: sale.reference,
  });
}

function reportIncident(shelf: Shelf, { at, ticket }: Moment, random: Random): void {
  const { item } = random.pick(shelf.demand);
  const { type, word, quantity } = random.pick(incidents);
  if ((shelf.onHand.get(item.sku) ?? 0) === 0) return;
  post(shelf, {
    at,
    eventId: `${ticket}-X`,
    type,
    sku: item.sku,
    quantity,
    reference: `${word}-${ticket}`,
  });
}

/** Plays the store's day up to that instant (milliseconds). */
export function tradeForADay(shelf: Shelf, date: string, until: number): void {
  const random = randomStream(`trade ${shelf.shortCode} ${date}`);
  const [fewest, most] = tickets[shelf.outlet.size];
  instants(shelf, date, random.between(fewest, most), random).forEach((at, place) => {
    if (at >= until) return;
    const moment = { at, ticket: `${shelf.shortCode}-${date.replaceAll('-', '')}-${place + 1}` };
    const luck = random.fraction();
    if (luck < returnShare) takeBack(shelf, moment, random);
    else if (luck < returnShare + incidentShare) reportIncident(shelf, moment, random);
    else sell(shelf, moment, random);
  });
}
