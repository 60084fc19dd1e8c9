// Where the demo's stores are, and when they open. Distances and holidays are checked against printed ones.
import { describe, expect, test } from '@jest/globals';
import { type DemoRetailer, faitMaison } from '../../../db/demo/faitMaison.ts';
import { locationInputSchema } from '../../../src/domain/location.ts';
import { found, repeated } from './found.ts';

const retailer = faitMaison(new Date('2026-06-20T12:34:56Z'));

function locationOf(code: string) {
  return found(retailer.locations.find((candidate) => candidate.code === code));
}

type Point = { latitude: number; longitude: number };
const paris: Point = { latitude: 48.859, longitude: 2.343 };
const toulouse: Point = { latitude: 43.6, longitude: 1.444 };

/** Great-circle distance on a sphere. */
function kilometres(from: Point, to: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const haversine =
    Math.sin(radians(to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(haversine));
}

describe('the locations', () => {
  test('are 30 stores and 2 warehouses with codes of their own', () => {
    const kinds = retailer.locations.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'store')).toHaveLength(30);
    expect(kinds.filter((kind) => kind === 'warehouse')).toHaveLength(2);
    expect(repeated(retailer.locations.map(({ code }) => code))).toEqual([]);
    expect(repeated(retailer.locations.map(({ name }) => name))).toEqual([]);
  });

  test('are what the contract takes', () => {
    for (const { code, ...body } of retailer.locations) {
      expect(code).toMatch(/^FR-[A-Z]+(-[A-Z]+)*-(\d{2}|NORD|SUD)$/);
      expect(locationInputSchema.parse(body)).toEqual(body);
    }
  });

  test('lie in France, each on its own spot', () => {
    for (const { code, coordinates, timeZone, address } of retailer.locations) {
      const reunion = code === 'FR-REUNION-01';
      const [south, north, west, east] = reunion ? [-21.4, -20.8, 55.2, 55.9] : [41.3, 51.1, -5.2, 9.6];
      expect(coordinates.latitude).toBeGreaterThan(found(south));
      expect(coordinates.latitude).toBeLessThan(found(north));
      expect(coordinates.longitude).toBeGreaterThan(found(west));
      expect(coordinates.longitude).toBeLessThan(found(east));
      expect(timeZone).toBe(reunion ? 'Indian/Reunion' : 'Europe/Paris');
      expect(address.postalCode).toMatch(/^\d{5}$/);
    }
    const spots = retailer.locations.map(
      ({ coordinates }) => `${coordinates.latitude} ${coordinates.longitude}`,
    );
    expect(repeated(spots)).toEqual([]);
  });

  // Kilometres from the centres of Paris and of Toulouse to each city's, measured on post offices, not on our data.
  test.each([
    ['FR-LILLE-01', 203, 791],
    ['FR-VILLENEUVE-D-ASCQ-01', 206, 793],
    ['FR-ROUBAIX-01', 212, 799],
    ['FR-TOURCOING-01', 216, 803],
    ['FR-PARIS-01', 0, 589],
    ['FR-LYON-01', 393, 360],
    ['FR-MARSEILLE-01', 661, 320],
    ['FR-BORDEAUX-01', 499, 212],
    ['FR-MERIGNAC-01', 501, 215],
    ['FR-NANTES-01', 342, 465],
    ['FR-TOULOUSE-01', 589, 0],
    ['FR-STRASBOURG-01', 398, 737],
    ['FR-NICE-01', 686, 468],
    ['FR-RENNES-01', 308, 556],
    ['FR-MONTPELLIER-01', 595, 196],
    ['FR-BREST-01', 505, 703],
    ['FR-AJACCIO-01', 918, 624],
    ['FR-REUNION-01', 9368, 9038],
    ['FR-ROUEN-01', 111, 650],
    ['FR-DIJON-01', 264, 500],
    ['FR-GRENOBLE-01', 482, 383],
    ['FR-TOURS-01', 205, 425],
    ['FR-CLERMONT-FERRAND-01', 347, 275],
    ['FR-REIMS-01', 130, 659],
    ['FR-METZ-01', 281, 712],
    ['FR-LA-ROCHELLE-01', 399, 350],
    ['FR-ANNECY-01', 435, 450],
    ['FR-ENTREPOT-NORD', 200, 787],
    ['FR-ENTREPOT-SUD', 415, 368],
  ])('%s is %d km from Paris and %d km from Toulouse, as its city is', (code, fromParis, fromToulouse) => {
    const here = locationOf(code).coordinates;
    expect(Math.abs(kilometres(paris, here) - fromParis)).toBeLessThan(5);
    expect(Math.abs(kilometres(toulouse, here) - fromToulouse)).toBeLessThan(5);
  });

  test.each(['FR-VILLENEUVE-D-ASCQ-01', 'FR-ROUBAIX-01', 'FR-TOURCOING-01', 'FR-ENTREPOT-NORD'])(
    '%s is near Lille',
    (code) => {
      expect(kilometres(locationOf('FR-LILLE-01').coordinates, locationOf(code).coordinates)).toBeLessThan(
        15,
      );
    },
  );

  test('are collected from when they are stores, and only then', () => {
    for (const { kind, pickup } of retailer.locations) expect(pickup.enabled).toBe(kind === 'store');
  });

  test('are supplied by a warehouse within three days, all but the store overseas', () => {
    const supplied = retailer.locations.filter(({ replenishment }) => replenishment !== undefined);
    const others = retailer.locations.filter(({ replenishment }) => replenishment === undefined);
    expect(others.map(({ code }) => code)).toEqual(['FR-REUNION-01', 'FR-ENTREPOT-NORD', 'FR-ENTREPOT-SUD']);
    for (const { replenishment } of supplied) {
      expect(locationOf(found(replenishment).from).kind).toBe('warehouse');
      expect([1, 2, 3]).toContain(found(replenishment).leadTimeDays);
    }
  });
});

describe('the opening hours', () => {
  /** All that is moved by Easter, from a printed calendar. */
  const movable: Record<
    number,
    { goodFriday: string; easterMonday: string; ascension: string; whitMonday: string }
  > = {
    2026: { goodFriday: '04-03', easterMonday: '04-06', ascension: '05-14', whitMonday: '05-25' },
    2027: { goodFriday: '03-26', easterMonday: '03-29', ascension: '05-06', whitMonday: '05-17' },
    2028: { goodFriday: '04-14', easterMonday: '04-17', ascension: '05-25', whitMonday: '06-05' },
  };
  const fixed = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'];

  function exceptionsIn(data: DemoRetailer, code: string) {
    const { exceptions } = found(data.locations.find((candidate) => candidate.code === code)).openingHours;
    return new Map(exceptions.map((exception) => [exception.date, exception]));
  }

  test.each([2026, 2027])('know the public holidays of %d and of the year after', (year) => {
    const data = faitMaison(new Date(Date.UTC(year, 6, 1)));
    for (const { code } of data.locations) {
      const exceptions = exceptionsIn(data, code);
      for (const each of [year, year + 1]) {
        const { easterMonday, ascension, whitMonday } = found(movable[each]);
        for (const day of [...fixed, easterMonday, ascension, whitMonday]) {
          expect([...exceptions.keys()]).toContain(`${each}-${day}`);
        }
      }
    }
  });

  test('know the holidays of Alsace, Moselle and La Réunion, and only there', () => {
    const closedOn = (date: string) =>
      retailer.locations
        .map(({ code }) => code)
        .filter((code) => {
          const exception = exceptionsIn(retailer, code).get(date);
          return exception !== undefined && 'closed' in exception;
        });
    expect(closedOn(`2026-${found(movable[2026]).goodFriday}`)).toEqual(['FR-STRASBOURG-01', 'FR-METZ-01']);
    expect(closedOn('2026-12-26')).toEqual(['FR-STRASBOURG-01', 'FR-METZ-01']);
    expect(closedOn('2026-12-20')).toEqual(['FR-REUNION-01']);
  });

  test('are none on 1 January, 1 May and 25 December', () => {
    for (const { code } of retailer.locations) {
      for (const date of [
        '2026-01-01',
        '2026-05-01',
        '2026-12-25',
        '2027-01-01',
        '2027-05-01',
        '2027-12-25',
      ]) {
        expect(exceptionsIn(retailer, code).get(date)).toEqual({ date, closed: true });
      }
    }
  });

  test('are a morning on other holidays, for some stores', () => {
    const date = '2026-07-14';
    const open = retailer.locations.filter(
      ({ code }) => !('closed' in found(exceptionsIn(retailer, code).get(date))),
    );
    expect(open.length).toBeGreaterThan(3);
    expect(open.length).toBeLessThan(15);
    for (const { code } of open) {
      expect(exceptionsIn(retailer, code).get(date)).toEqual({ date, opens: '09:30', closes: '12:30' });
    }
  });

  test('vary: lunch breaks, closed Mondays, Sunday mornings', () => {
    const weeks = retailer.locations.map(({ openingHours }) => openingHours.weekly);
    const onDay = (day: string) =>
      weeks.map((week) => week.filter(({ days }) => days.some((each) => each === day)));
    expect(onDay('thu').filter((ranges) => ranges.length === 2).length).toBeGreaterThan(4);
    expect(onDay('mon').filter((ranges) => ranges.length === 0).length).toBeGreaterThan(2);
    expect(
      onDay('sun').filter((ranges) => ranges.some(({ closes }) => closes === '12:30')).length,
    ).toBeGreaterThan(2);
    expect(onDay('sun').filter((ranges) => ranges.length === 0).length).toBeGreaterThan(20);
    expect(onDay('sat').every((ranges) => ranges.length > 0)).toBe(true);
  });

  test('have at most one exception a date, in order', () => {
    for (const { openingHours } of retailer.locations) {
      const dates = openingHours.exceptions.map(({ date }) => date);
      expect(dates).toEqual([...new Set(dates)].sort());
    }
  });
});
