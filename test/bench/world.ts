// The retailer of the benchmark: stores spread over France as people are, with hours as shops have them, and how many units
// are where. Pure, and the same in every run; the units are said in TypeScript and in SQL, because levels are made there.
import type { ItemInput } from '../../src/domain/item.ts';
import type { LocationInput } from '../../src/domain/location.ts';
import { STORES } from './options.ts';

export type World = { stores: number; items: number };

export const worldOf = (levels: number): World => ({ stores: STORES, items: Math.round(levels / STORES) });

/** Town, latitude, longitude, share of the stores. */
const TOWNS: readonly (readonly [string, number, number, number])[] = [
  ['Paris', 48.8566, 2.3522, 24],
  ['Lyon', 45.764, 4.8357, 8],
  ['Marseille', 43.2965, 5.3698, 7],
  ['Lille', 50.6292, 3.0573, 7],
  ['Toulouse', 43.6047, 1.4442, 5],
  ['Bordeaux', 44.8378, -0.5792, 5],
  ['Nice', 43.7102, 7.262, 4],
  ['Nantes', 47.2184, -1.5536, 4],
  ['Strasbourg', 48.5734, 7.7521, 3],
  ['Rennes', 48.1173, -1.6778, 3],
  ['Grenoble', 45.1885, 5.7245, 3],
  ['Rouen', 49.4431, 1.0993, 3],
  ['Montpellier', 43.6108, 3.8767, 3],
  ['Toulon', 43.1242, 5.928, 2],
  ['Metz', 49.1193, 6.1757, 2],
  ['Clermont-Ferrand', 45.7772, 3.087, 2],
  ['Tours', 47.3941, 0.6848, 2],
  ['Dijon', 47.322, 5.0415, 2],
  ['Angers', 47.4784, -0.5632, 2],
  ['Reims', 49.2583, 4.0317, 2],
  ['Le Mans', 48.0061, 0.1996, 2],
  ['Brest', 48.3904, -4.4861, 1],
  ['Limoges', 45.8336, 1.2611, 1],
  ['Perpignan', 42.6887, 2.8948, 1],
  ['Besançon', 47.2378, 6.0241, 1],
  ['Poitiers', 46.5802, 0.3404, 1],
];
const SHARES = TOWNS.reduce((sum, [, , , share]) => sum + share, 0);
/** Stores around a town: most within ten kilometres, some in the country between the towns. */
const NEAR_DEGREES = 0.12;
const FAR_DEGREES = 1.1;

export const WAREHOUSES = ['WH-NORD', 'WH-SUD', 'WH-EST', 'WH-OUEST'] as const;

export const storeCode = (store: number) => `FR-${String(store).padStart(5, '0')}`;
export const skuOf = (item: number) => `ITEM-${String(item).padStart(5, '0')}`;

/** One shop's level with more than anybody can order, and one with a hundred units. */
export const HOT = { store: 0, item: 0, units: 500_000_000 } as const;
export const SCARCE = { store: 1, item: 0, units: 100 } as const;

/**
 * Units on hand at the start: none in three of ten levels, else more than a run can reserve. The square modulo a prime
 * keeps one item of a place from telling of another: one place in six has all of a cart of five lines.
 */
export function unitsAt(store: number, item: number): number {
  if (store === HOT.store && item === HOT.item) return HOT.units;
  if (store === SCARCE.store && item === SCARCE.item) return SCARCE.units;
  const mixed = store * 7_919 + item * 104_729;
  return ((mixed % 1_009) ** 2 % 1_009) % 10 < 7 ? 1_000 + (mixed % 1_000) : 0;
}

/** The same, with `store` and `item` as SQL expressions. */
export function unitsInSql(store: string, item: string): string {
  const mixed = `(${store} * 7919 + ${item} * 104729)`;
  const rest = `(${mixed} % 1009)`;
  return `CASE
  WHEN ${store} = ${HOT.store} AND ${item} = ${HOT.item} THEN ${HOT.units}
  WHEN ${store} = ${SCARCE.store} AND ${item} = ${SCARCE.item} THEN ${SCARCE.units}
  WHEN ${rest} * ${rest} % 1009 % 10 < 7 THEN 1000 + ${mixed} % 1000
  ELSE 0 END`;
}

/** Where a store, or a shopper, of this number is: the same number, the same place. */
export function pointOf(number: number): { latitude: number; longitude: number; town: string } {
  let left = (fraction(number, 1) * SHARES) % SHARES;
  const [town, latitude, longitude] =
    TOWNS.find(([, , , share]) => {
      left -= share;
      return left < 0;
    }) ?? (TOWNS[0] as (typeof TOWNS)[number]);
  const reach = fraction(number, 2) < 0.75 ? NEAR_DEGREES : FAR_DEGREES;
  const distance = reach * Math.sqrt(fraction(number, 3));
  const angle = 2 * Math.PI * fraction(number, 4);
  const rounded = (degrees: number) => Math.round(degrees * 1e4) / 1e4;
  return {
    latitude: rounded(latitude + distance * Math.sin(angle)),
    longitude: rounded(longitude + distance * Math.cos(angle) * 1.4),
    town,
  };
}

/** A number from 0 to 1 that looks drawn, and is always the same (a step of SplitMix32). */
export function fraction(number: number, salt: number): number {
  let mixed = (Math.imul(number + 1, 0x9e3779b1) + Math.imul(salt, 0x85ebca6b)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

const HOURS: readonly LocationInput['openingHours']['weekly'][] = [
  [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], opens: '09:30', closes: '19:00' }],
  [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], opens: '09:00', closes: '20:00' },
    { days: ['sun'], opens: '10:00', closes: '13:00' },
  ],
  [
    { days: ['tue', 'wed', 'thu', 'fri', 'sat'], opens: '09:30', closes: '12:30' },
    { days: ['tue', 'wed', 'thu', 'fri', 'sat'], opens: '14:00', closes: '19:00' },
  ],
  [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], opens: '08:00', closes: '21:30' }],
];

export function storeInput(store: number): LocationInput {
  const { latitude, longitude, town } = pointOf(store);
  return {
    kind: 'store',
    name: `Fait Maison ${town} ${store}`,
    address: {
      street: `${1 + (store % 180)} rue de la République`,
      postalCode: String(10_000 + ((store * 37) % 85_000)),
      city: town,
      country: 'FR',
    },
    coordinates: { latitude, longitude },
    timeZone: 'Europe/Paris',
    openingHours: {
      weekly: HOURS[store % HOURS.length] ?? [],
      exceptions: [{ date: '2030-12-25', closed: true }],
    },
    pickup: {
      enabled: true,
      preparationMinutes: 30 * (1 + (store % 4)),
      holdDays: 5,
      ...(store % 5 === 0 && { ordersPerHour: 20 }),
    },
    replenishment: {
      from: WAREHOUSES[store % WAREHOUSES.length] ?? WAREHOUSES[0],
      leadTimeDays: 2,
      cutOff: '14:00',
    },
  };
}

export function warehouseInput(number: number): LocationInput {
  return {
    ...storeInput(number),
    kind: 'warehouse',
    name: `Entrepôt ${WAREHOUSES[number]}`,
    openingHours: {
      weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], opens: '06:00', closes: '20:00' }],
      exceptions: [],
    },
    pickup: { enabled: false, preparationMinutes: 0, holdDays: 5 },
    replenishment: null,
  };
}

export function itemInput(item: number): ItemInput {
  return {
    name: { fr: `Article ${item}`, en: `Item ${item}` },
    barcodes: [String(3_000_000_000_000 + item)],
    price: { amount: 990 + item, currency: 'EUR' },
    category: `rayon-${item % 40}`,
  };
}
