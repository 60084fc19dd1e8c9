// Owns what the examples of calls use up or change: an order for each move, in the state from which it is made, at a
// store of their own, so that the queue of the tour stays as it is. People are invented. Must not know how they are played.
import {
  EXAMPLE_BUFFERS,
  EXAMPLE_RESERVATIONS,
  EXAMPLE_STAFF,
  EXAMPLE_STORE,
} from '../../src/domain/exampleIds.ts';
import { TTL_SECONDS } from '../../src/domain/reservation.ts';
import type { DemoBuffer, DemoReservation, DemoStaff } from './retailer.ts';

const table = { sku: 'TABLE-BASSE-CHENE-80', quantity: 1 };
const plates = { sku: 'ASSIETTE-PLATE-GRES-BLANC-27', quantity: 6 };

/** As at the store of the showcase: counted and never sold, so that examples find them on any day. */
export const exampleUnits: ReadonlyMap<string, number> = new Map([
  ['TABLE-BASSE-CHENE-80', 24],
  ['ASSIETTE-PLATE-GRES-BLANC-27', 120],
  ['ASSIETTE-PLATE-GRES-BLEU-27', 60],
]);

type Play = Pick<DemoReservation, 'reach' | 'cancelled' | 'picked' | 'missing'> & {
  move: keyof typeof EXAMPLE_RESERVATIONS;
  customer: string;
  minutesAgo: number;
};

const plays: readonly Play[] = [
  { move: 'confirm', customer: 'Agathe Vidal', reach: 'held', minutesAgo: 1 },
  { move: 'extend', customer: 'Basile Fabre', reach: 'held', minutesAgo: 1 },
  { move: 'cancel', customer: 'Clara Lacaze', reach: 'confirmed', minutesAgo: 20 },
  { move: 'start', customer: 'Damien Pujol', reach: 'confirmed', minutesAgo: 25 },
  { move: 'pick', customer: 'Elsa Bonnet', reach: 'picking', minutesAgo: 35 },
  { move: 'ready', customer: 'Fares Amrani', reach: 'picking', picked: true, minutesAgo: 40 },
  { move: 'collect', customer: 'Garance Roux', reach: 'ready', minutesAgo: 60 },
  { move: 'return', customer: 'Hector Sicard', reach: 'collected', minutesAgo: 90 },
  {
    move: 'putBack',
    customer: 'Iris Maurel',
    reach: 'cancelled',
    cancelled: { from: 'ready', reason: 'customer_changed_mind' },
    minutesAgo: 95,
  },
  { move: 'acknowledge', customer: 'Jules Estève', reach: 'confirmed', minutesAgo: 15 },
  {
    move: 'substitute',
    customer: 'Katia Soler',
    reach: 'picking',
    picked: true,
    missing: [{ sku: plates.sku, quantity: 2, reason: 'damaged' }],
    minutesAgo: 45,
  },
  { move: 'reopen', customer: 'Loris Cazal', reach: 'ready', minutesAgo: 70 },
  { move: 'refuse', customer: 'Maud Serres', reach: 'ready', minutesAgo: 75 },
];

/** Numbered so that their pickup codes, made of the same digits, can be written down in examples. */
const FIRST_NUMBER = 107_001;

function wasReady({ reach, cancelled }: Play): boolean {
  return ['ready', 'collected'].includes(cancelled?.from ?? reach);
}

export function exampleReservations(now: Date): DemoReservation[] {
  return plays.map((play, place) => {
    const { move, customer: name, minutesAgo, ...reached } = play;
    const [first = ''] = name.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').split(' ');
    const number = String(place + 1).padStart(3, '0');
    return {
      id: EXAMPLE_RESERVATIONS[move],
      location: EXAMPLE_STORE,
      lines: [{ ...table }, { ...plates }],
      placedAt: new Date(now.getTime() - minutesAgo * 60_000).toISOString(),
      ttlSeconds: play.reach === 'held' ? TTL_SECONDS.max : TTL_SECONDS.default,
      channel: 'web',
      orderReference: `FM-${FIRST_NUMBER + place}`,
      customer: {
        ...{ reference: `FM-E-${number}`, name, email: `${first}@example.com` },
        ...{ phone: `+33639981${number}`, locale: 'fr' as const },
      },
      payment: 'online',
      ...structuredClone(reached),
      ...((play.reach === 'picking' || wasReady(play)) && { staff: 'Léa' }),
      ...(wasReady(play) && { shelf: `E${place + 1}` }),
    };
  });
}

export const exampleStaff: readonly DemoStaff[] = [
  { id: EXAMPLE_STAFF.change, location: EXAMPLE_STORE, name: 'Léa', pin: '8642' },
  { id: EXAMPLE_STAFF.remove, location: EXAMPLE_STORE, name: 'Hugo', pin: '7531' },
];

/** To be taken away: candles at that store are kept by the rule for all stores then. */
export const exampleBuffers: readonly DemoBuffer[] = [
  {
    id: EXAMPLE_BUFFERS.remove,
    location: EXAMPLE_STORE,
    category: 'bougies',
    way: { kind: 'quantity', quantity: 2 },
  },
];
