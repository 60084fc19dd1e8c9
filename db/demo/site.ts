// Owns what is written down of one place of the retailer, and its two warehouses.
// Must not know items or stock. Streets, postal codes and coordinates are true; the sites are not.

import type { HoursHabits } from './hours.ts';

export type SiteSize = 'large' | 'medium' | 'small';

export type Site = {
  code: string;
  name: string;
  place: [street: string, postalCode: string, city: string, latitude: number, longitude: number];
  size: SiteSize;
  week: HoursHabits['week'];
  pickup: [preparationMinutes: number, holdDays: number, ordersPerHour?: number];
  supply?: [from: string, leadTimeDays: number, cutOff: string];
  region?: HoursHabits['region'];
  /** Opens on the mornings of most public holidays. */
  holidayMornings?: true;
  /** Opens on the three Sundays before Christmas. */
  advent?: true;
};

export const north = 'FR-ENTREPOT-NORD';
export const south = 'FR-ENTREPOT-SUD';

export const warehouses: readonly Site[] = [
  {
    code: north,
    name: 'Entrepôt Nord',
    place: ['Rue de la Plaine', '59810', 'Lesquin', 50.5795, 3.1085],
    size: 'large',
    week: 'warehouse',
    pickup: [60, 5],
  },
  {
    code: south,
    name: 'Entrepôt Sud',
    place: ['Boulevard de la Noirée', '38070', 'Saint-Quentin-Fallavier', 45.643, 5.118],
    size: 'large',
    week: 'warehouse',
    pickup: [60, 5],
  },
];
