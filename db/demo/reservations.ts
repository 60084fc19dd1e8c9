// Owns the script of orders on their way: a few in each state, most at the showcase store.
// Must not know how they are played. People and addresses are invented; example.com and 06 39 98 are kept for that.

import { TTL_SECONDS } from '../../src/domain/reservation.ts';
import { randomStream } from './random.ts';
import type { DemoReservation } from './retailer.ts';
import { showcase, showcaseUnits } from './showcase.ts';

type Scene = {
  location: string;
  reach: DemoReservation['reach'];
  /** Distinct items in the cart. */
  lines: number;
  minutesAgo: number;
  customer: [name: string, locale?: 'en'];
  channel?: 'app' | 'phone';
  payment?: 'in_store';
  staff?: string;
  shelf?: string;
  /** Units of the first line that were not found. */
  missing?: 'not_found' | 'damaged';
  cancelled?: DemoReservation['cancelled'];
};

const lille = showcase.location;
const hour = 60;
const day = 24 * hour;

const scenes: Scene[] = [
  { location: lille, reach: 'held', lines: 1, minutesAgo: 4, customer: ['Camille Lefèvre'] },
  { location: lille, reach: 'held', lines: 3, minutesAgo: 2, customer: ['Hugo Delattre'], channel: 'app' },
  { location: 'FR-PARIS-01', reach: 'held', lines: 2, minutesAgo: 6, customer: ['Inès Marchand'] },
  { location: lille, reach: 'confirmed', lines: 2, minutesAgo: 25, customer: ['Margaux Vanhoutte'] },
  { location: lille, reach: 'confirmed', lines: 1, minutesAgo: 40, customer: ['Tom Ashworth', 'en'] },
  {
    location: lille,
    reach: 'confirmed',
    lines: 4,
    minutesAgo: 55,
    customer: ['Yanis Berthier'],
    channel: 'phone',
    payment: 'in_store',
  },
  { location: 'FR-LYON-01', reach: 'confirmed', lines: 2, minutesAgo: 30, customer: ['Élise Garnier'] },
  { location: 'FR-REUNION-01', reach: 'confirmed', lines: 1, minutesAgo: 50, customer: ['Noé Payet'] },
  {
    location: lille,
    reach: 'picking',
    lines: 3,
    minutesAgo: 80,
    customer: ['Sarah Dubois'],
    staff: 'Amélie',
  },
  {
    location: lille,
    reach: 'picking',
    lines: 2,
    minutesAgo: 95,
    customer: ['Antoine Caron'],
    staff: 'Karim',
    missing: 'not_found',
  },
  {
    location: 'FR-BORDEAUX-01',
    reach: 'picking',
    lines: 2,
    minutesAgo: 70,
    customer: ['Louise Faure'],
    channel: 'app',
    staff: 'Paul',
  },
  {
    location: lille,
    reach: 'ready',
    lines: 2,
    minutesAgo: 5 * hour,
    customer: ['Nadia Benali'],
    staff: 'Amélie',
    shelf: 'A1',
  },
  {
    location: lille,
    reach: 'ready',
    lines: 1,
    minutesAgo: 7 * hour,
    customer: ['Grace Whitfield', 'en'],
    payment: 'in_store',
    staff: 'Karim',
    shelf: 'A2',
  },
  {
    location: lille,
    reach: 'ready',
    lines: 3,
    minutesAgo: 20 * hour,
    customer: ['Julien Wattel'],
    staff: 'Amélie',
    shelf: 'B4',
    missing: 'damaged',
  },
  {
    location: 'FR-AJACCIO-01',
    reach: 'ready',
    lines: 1,
    minutesAgo: day,
    customer: ['Lisandru Santoni'],
    staff: 'Maria',
    shelf: 'C1',
  },
  {
    location: lille,
    reach: 'collected',
    lines: 2,
    minutesAgo: day,
    customer: ['Chloé Meurisse'],
    staff: 'Karim',
    shelf: 'A3',
  },
  {
    location: lille,
    reach: 'collected',
    lines: 1,
    minutesAgo: 2 * day,
    customer: ['Mehdi Lambert'],
    channel: 'app',
    staff: 'Amélie',
    shelf: 'B1',
  },
  {
    location: 'FR-NANTES-01',
    reach: 'collected',
    lines: 2,
    minutesAgo: 2 * day,
    customer: ['Maëlle Guillou'],
    payment: 'in_store',
    staff: 'Ronan',
    shelf: 'A1',
  },
  {
    location: lille,
    reach: 'cancelled',
    lines: 1,
    minutesAgo: 3 * hour,
    customer: ['Victor Pruvost'],
    cancelled: { from: 'confirmed', reason: 'customer_changed_mind' },
  },
  {
    location: lille,
    reach: 'cancelled',
    lines: 2,
    minutesAgo: day,
    customer: ['Jeanne Lecomte'],
    staff: 'Karim',
    shelf: 'B2',
    cancelled: { from: 'ready', reason: 'customer_found_elsewhere' },
  },
  {
    location: 'FR-STRASBOURG-01',
    reach: 'cancelled',
    lines: 1,
    minutesAgo: 90,
    customer: ['Mathilde Schneider'],
    cancelled: { from: 'held', reason: 'cart_changed' },
  },
  { location: lille, reach: 'expired', lines: 2, minutesAgo: 3 * hour, customer: ['Rayan Fontaine'] },
  {
    location: lille,
    reach: 'expired',
    lines: 1,
    minutesAgo: 6 * hour,
    customer: ['Zoé Carlier'],
    channel: 'app',
  },
  { location: 'FR-MARSEILLE-01', reach: 'expired', lines: 2, minutesAgo: 2 * hour, customer: ['Enzo Ricci'] },
];

/** The longest hold there is, so that a demo left open shows its holds for hours. */
const longHoldSeconds = TTL_SECONDS.max;
const checkoutSeconds = TTL_SECONDS.default;

/** Plenty: a cart takes several of these, and one of anything scarcer. */
const plentyUnits = 12;

/** Draws lines that the store can serve beside all lines drawn before, and takes their units. */
function drawLines(scene: Scene, place: number, left: Map<string, number>): DemoReservation['lines'] {
  const random = randomStream(`cart ${place}`);
  const candidates = [...left].filter(
    ([sku, units]) => units >= 3 && !(scene.location === lille && showcaseUnits.has(sku)),
  );
  return random
    .shuffled(candidates)
    .slice(0, scene.lines)
    .map(([sku, units], line) => {
      const missesSome = scene.missing !== undefined && line === 0;
      const quantity = missesSome ? 2 : units >= plentyUnits ? random.pick([1, 2, 4, 6]) : 1;
      left.set(sku, units - quantity);
      return { sku, quantity };
    });
}

function emailOf(name: string): string {
  const plain = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return `${plain.replaceAll(' ', '.')}@example.com`;
}

function customerOf([name, locale]: Scene['customer'], place: number): DemoReservation['customer'] {
  const number = String(place + 1);
  return {
    reference: `FM-C-${number.padStart(5, '0')}`,
    name,
    email: emailOf(name),
    phone: `+33639980${number.padStart(3, '0')}`,
    locale: locale ?? 'fr',
  };
}

function missingOf(scene: Scene, lines: DemoReservation['lines']): Pick<DemoReservation, 'missing'> {
  const [first] = lines;
  if (scene.missing === undefined || first === undefined) return {};
  return { missing: [{ sku: first.sku, quantity: 1, reason: scene.missing }] };
}

/**
 * The reservations to play, none of which asks for units that are not there.
 * @param onHand units by sku, by location, once counts and movements are in.
 */
export function reservationScript(onHand: Map<string, Map<string, number>>, now: Date): DemoReservation[] {
  const left = new Map([...onHand].map(([location, units]) => [location, new Map(units)]));
  return scenes.map((scene, place) => {
    const lines = drawLines(scene, place, left.get(scene.location) ?? new Map());
    return {
      location: scene.location,
      lines,
      placedAt: new Date(now.getTime() - scene.minutesAgo * 60_000).toISOString(),
      ttlSeconds: scene.reach === 'held' ? longHoldSeconds : checkoutSeconds,
      channel: scene.channel ?? 'web',
      orderReference: `FM-${104_120 + place * 7}`,
      customer: customerOf(scene.customer, place),
      payment: scene.payment ?? 'online',
      reach: scene.reach,
      ...(scene.staff !== undefined && { staff: scene.staff }),
      ...missingOf(scene, lines),
      ...(scene.shelf !== undefined && { shelf: scene.shelf }),
      ...(scene.cancelled !== undefined && { cancelled: { ...scene.cancelled } }),
    };
  });
}
