// Owns the step from a site's habits to a location in the contract's shape.
// Must not know items or stock.

import { openingHours } from './hours.ts';
import type { DemoLocation, OpeningHours } from './retailer.ts';
import { type Site, warehouses } from './site.ts';
import { storesNorth } from './storesNorth.ts';
import { storesSouth } from './storesSouth.ts';

/** A location, and what the month of stock needs to know of it beyond what the contract says. */
export type Outlet = {
  location: DemoLocation;
  size: Site['size'];
  /** The hours of the years the month of stock may touch, last year's holidays included. */
  pastHours: OpeningHours;
};

const holidayMorning = { opens: '09:30', closes: '12:30' };
const adventSunday = { opens: '10:00', closes: '18:00' };

function hoursOf(site: Site, years: number[]): OpeningHours {
  return openingHours(
    {
      week: site.week,
      region: site.region ?? 'mainland',
      ...(site.holidayMornings && { onHolidays: holidayMorning }),
      ...(site.advent && { onAdventSundays: adventSunday }),
    },
    years,
  );
}

function outletOf(site: Site, kind: DemoLocation['kind'], year: number): Outlet {
  const [street, postalCode, city, latitude, longitude] = site.place;
  const [preparationMinutes, holdDays, ordersPerHour] = site.pickup;
  const location: DemoLocation = {
    code: site.code,
    kind,
    name: `Fait Maison ${site.name}`,
    address: { street, postalCode, city, country: 'FR' },
    coordinates: { latitude, longitude },
    timeZone: site.region === 'reunion' ? 'Indian/Reunion' : 'Europe/Paris',
    openingHours: hoursOf(site, [year, year + 1]),
    pickup: {
      enabled: kind === 'store',
      preparationMinutes,
      holdDays,
      ...(ordersPerHour !== undefined && { ordersPerHour }),
    },
  };
  if (site.supply !== undefined) {
    const [from, leadTimeDays, cutOff] = site.supply;
    location.replenishment = { from, leadTimeDays, cutOff };
  }
  return { location, size: site.size, pastHours: hoursOf(site, [year - 1, year]) };
}

/** Every store, then every warehouse, with the holidays of this year and the next. */
export function outlets(year: number): Outlet[] {
  return [
    ...[...storesNorth, ...storesSouth].map((site) => outletOf(site, 'store', year)),
    ...warehouses.map((site) => outletOf(site, 'warehouse', year)),
  ];
}
