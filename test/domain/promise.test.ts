// When an order is promised and until when it waits, from carts that come at every awkward time.
// Expected instants are written out, in UTC; Paris is one hour ahead of it in winter, two in summer.
import { describe, expect, test } from '@jest/globals';
import type { Pickup } from '../../src/domain/location.ts';
import { type OpeningHours, WEEKDAYS } from '../../src/domain/openingHours.ts';
import {
  arrivalByTransfer,
  type PickupCounter,
  pickupDeadline,
  promiseAfter,
  promiseByTransfer,
  promiseHere,
} from '../../src/domain/promise.ts';

const PARIS = 'Europe/Paris';

/** Tuesday to Friday with a lunch break, Saturday straight through; Christmas; a week of closure in January. */
const town: OpeningHours = {
  weekly: [
    { days: ['tue', 'wed', 'thu', 'fri'], opens: '09:00', closes: '12:00' },
    { days: ['tue', 'wed', 'thu', 'fri'], opens: '14:00', closes: '19:00' },
    { days: ['sat'], opens: '10:00', closes: '18:00' },
  ],
  exceptions: [
    { date: '2026-12-25', closed: true },
    ...['12', '13', '14', '15', '16'].map((day) => ({ date: `2027-01-${day}`, closed: true as const })),
  ],
};
/** A depot: weekdays from 6 to 20; closed on 24 December. */
const depot: OpeningHours = {
  weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], opens: '06:00', closes: '20:00' }],
  exceptions: [{ date: '2026-12-24', closed: true }],
};
const never: OpeningHours = { weekly: [], exceptions: [] };
const always: OpeningHours = {
  weekly: [{ days: [...WEEKDAYS], opens: '00:00', closes: '24:00' }],
  exceptions: [],
};

const pickup: Pickup = { enabled: true, preparationMinutes: 60, holdDays: 3 };

function counter(changes: Partial<PickupCounter> = {}): PickupCounter {
  return { hours: town, timeZone: PARIS, pickup, queuedOrders: 0, ...changes };
}

const at = (text: string) => new Date(text);
const ready = (text: string | null) => (text === null ? null : { readyAt: at(text) });

describe('a store that has the goods promises them', () => {
  test.each<[string, string, string]>([
    ['after the preparation', '2026-11-24T08:30:00Z', '2026-11-24T09:30:00Z'],
    ['after lunch, where the break comes between', '2026-11-24T10:30:00Z', '2026-11-24T13:30:00Z'],
    ['the next morning, for a cart at 23:59', '2026-11-24T22:59:00Z', '2026-11-25T09:00:00Z'],
    ['on Tuesday, for a Sunday', '2026-11-22T14:00:00Z', '2026-11-24T09:00:00Z'],
    ['after a public holiday', '2026-12-25T10:00:00Z', '2026-12-26T10:00:00Z'],
    ['after a week of closure', '2027-01-11T10:00:00Z', '2027-01-19T09:00:00Z'],
    [
      'at the next opening, where it would be ready as it closes',
      '2026-11-24T17:00:00Z',
      '2026-11-25T08:00:00Z',
    ],
    ['on a whole minute', '2026-11-24T08:29:00.001Z', '2026-11-24T09:30:00Z'],
    ['by summer time, from the Tuesday after the change', '2026-03-28T16:30:00Z', '2026-03-31T07:30:00Z'],
    ['by winter time, from the Tuesday after the change', '2026-10-24T15:30:00Z', '2026-10-27T08:30:00Z'],
  ])('%s', (_, now, readyAt) => {
    expect(promiseHere({ ...counter(), now: at(now) })).toEqual(ready(readyAt));
  });

  test.each<[string, string, string, string]>([
    ['Reunion', 'Indian/Reunion', '2026-11-24T05:30:00Z', '2026-11-24T06:30:00Z'],
    ['New York', 'America/New_York', '2026-11-24T05:30:00Z', '2026-11-24T15:00:00Z'],
    [
      'New York, over its change of clocks',
      'America/New_York',
      '2026-03-07T22:30:00Z',
      '2026-03-10T13:30:00Z',
    ],
  ])('by the clock of %s', (_, timeZone, now, readyAt) => {
    expect(promiseHere({ ...counter({ timeZone }), now: at(now) })).toEqual(ready(readyAt));
  });

  test.each<[string, number, number, string]>([
    ['30 minutes for three orders at six an hour', 3, 6, '2026-11-24T10:00:00Z'],
    ['whole minutes: nine for one order at seven an hour', 1, 7, '2026-11-24T09:39:00Z'],
    ['in open time too', 12, 6, '2026-11-24T13:30:00Z'],
  ])('after its queue: %s', (_, queuedOrders, ordersPerHour, readyAt) => {
    const busy = counter({ pickup: { ...pickup, ordersPerHour }, queuedOrders });
    expect(promiseHere({ ...busy, now: at('2026-11-24T08:30:00Z') })).toEqual(ready(readyAt));
  });

  test('whatever the queue, where its pace is not known', () => {
    const busy = counter({ queuedOrders: 500 });
    expect(promiseHere({ ...busy, now: at('2026-11-24T08:30:00Z') })).toEqual(ready('2026-11-24T09:30:00Z'));
  });

  test('at once, where nothing needs preparing', () => {
    const quick = counter({ pickup: { ...pickup, preparationMinutes: 0 } });
    expect(promiseHere({ ...quick, now: at('2026-11-24T08:30:00Z') })).toEqual(ready('2026-11-24T08:30:00Z'));
    expect(promiseHere({ ...quick, now: at('2026-11-24T11:00:00Z') })).toEqual(ready('2026-11-24T13:00:00Z'));
  });

  test.each<[string, Partial<PickupCounter>]>([
    ['it never opens', { hours: never }],
    ['pickup is not enabled', { pickup: { ...pickup, enabled: false } }],
    ['its queue is longer than 60 days', { pickup: { ...pickup, ordersPerHour: 1 }, queuedOrders: 2_000 }],
  ])('never, if %s', (_, changes) => {
    expect(promiseHere({ ...counter(changes), now: at('2026-11-24T08:30:00Z') })).toBeNull();
  });
});

describe('a store that is sent the goods promises them', () => {
  interface Journey {
    now: string;
    leadTimeDays?: number;
    source?: Partial<{ hours: OpeningHours; timeZone: string }>;
    destination?: Partial<PickupCounter>;
  }

  function promised({ now, leadTimeDays = 1, source, destination }: Journey) {
    return promiseByTransfer({
      destination: counter(destination),
      source: { hours: depot, timeZone: PARIS, ...source },
      replenishment: { leadTimeDays, cutOff: '14:00' },
      now: at(now),
    });
  }

  test.each<[string, Journey, string | null]>([
    [
      'the next day, if ordered before the cut-off',
      { now: '2026-11-24T12:59:59.999Z' },
      '2026-11-25T09:00:00Z',
    ],
    ['a day later, if ordered at the cut-off', { now: '2026-11-24T13:00:00Z' }, '2026-11-26T09:00:00Z'],
    ['a day later, for a cart at 23:59', { now: '2026-11-24T22:59:00Z' }, '2026-11-26T09:00:00Z'],
    ['the next day, for a cart just after midnight', { now: '2026-11-24T23:00:00Z' }, '2026-11-26T09:00:00Z'],
    [
      'after a weekend on the road, which is a day of the source’s: Monday, and the store opens on Tuesday',
      { now: '2026-11-27T10:00:00Z' },
      '2026-12-01T09:00:00Z',
    ],
    [
      'on Tuesday too, if ordered on Friday too late',
      { now: '2026-11-27T14:00:00Z' },
      '2026-12-01T09:00:00Z',
    ],
    ['on Tuesday too, if ordered on a Sunday', { now: '2026-11-29T10:00:00Z' }, '2026-12-01T09:00:00Z'],
    [
      'over weekends, with five days',
      { now: '2026-11-25T10:00:00Z', leadTimeDays: 5 },
      '2026-12-02T09:00:00Z',
    ],
    ['over days on which the source is closed', { now: '2026-12-23T10:00:00Z' }, '2026-12-26T10:00:00Z'],
    ['after the store’s own closure', { now: '2027-01-11T10:00:00Z' }, '2027-01-19T09:00:00Z'],
    [
      'on Saturday, from a source without hours',
      { now: '2026-11-27T10:00:00Z', source: { hours: never } },
      '2026-11-28T10:00:00Z',
    ],
    [
      'not by a day that an exception closes there',
      {
        now: '2026-11-24T10:00:00Z',
        source: { hours: { weekly: [], exceptions: [{ date: '2026-11-25', closed: true }] } },
      },
      '2026-11-26T09:00:00Z',
    ],
    [
      'on the same day, but not before they leave at the cut-off',
      { now: '2026-11-24T09:00:00Z', leadTimeDays: 0 },
      '2026-11-24T14:00:00Z',
    ],
    [
      'by the clock of the source for the cut-off',
      { now: '2026-11-24T12:30:00Z', source: { timeZone: 'Indian/Reunion' } },
      '2026-11-26T09:00:00Z',
    ],
    [
      'by the clock of the store for the opening',
      { now: '2026-11-24T12:30:00Z', destination: { timeZone: 'America/New_York' } },
      '2026-11-25T15:00:00Z',
    ],
    [
      'not before they left, where the store’s day begins earlier than the source’s',
      {
        now: '2026-11-24T09:00:00Z',
        leadTimeDays: 0,
        destination: { timeZone: 'Pacific/Auckland', hours: always },
      },
      '2026-11-24T14:00:00Z',
    ],
    ['over the spring change', { now: '2026-03-27T10:00:00Z' }, '2026-03-31T08:00:00Z'],
    ['over the autumn change', { now: '2026-10-23T10:00:00Z' }, '2026-10-27T09:00:00Z'],
    [
      'not before its queue is done',
      {
        now: '2026-11-24T10:00:00Z',
        destination: { pickup: { ...pickup, ordersPerHour: 1 }, queuedOrders: 10 },
      },
      '2026-11-25T15:00:00Z',
    ],
    ['never, if it never opens', { now: '2026-11-24T10:00:00Z', destination: { hours: never } }, null],
    [
      'never, if pickup is not enabled',
      { now: '2026-11-24T10:00:00Z', destination: { pickup: { ...pickup, enabled: false } } },
      null,
    ],
    [
      'never, if the source works too seldom',
      {
        now: '2026-11-24T10:00:00Z',
        leadTimeDays: 90,
        source: { hours: { weekly: [{ days: ['mon'], opens: '09:00', closes: '12:00' }], exceptions: [] } },
      },
      null,
    ],
  ])('%s', (_, journey, readyAt) => {
    expect(promised(journey)).toEqual(ready(readyAt));
  });
});

describe('a ready order waits', () => {
  test.each<[string, OpeningHours, string, number, string | null]>([
    ['for three open days, to the last closing', town, '2026-11-24T09:00:00Z', 3, '2026-11-27T18:00:00Z'],
    ['over Sunday and Monday', town, '2026-11-27T09:00:00Z', 3, '2026-12-02T18:00:00Z'],
    ['over a public holiday', town, '2026-12-23T09:00:00Z', 3, '2026-12-29T18:00:00Z'],
    ['over a week of closure', town, '2027-01-08T09:00:00Z', 3, '2027-01-20T18:00:00Z'],
    ['over the spring change', town, '2026-03-27T09:00:00Z', 3, '2026-04-01T17:00:00Z'],
    ['until the store closes, with no day', town, '2026-11-24T09:00:00Z', 0, '2026-11-24T18:00:00Z'],
    ['without an end, where the store does not open again', never, '2026-11-24T09:00:00Z', 3, null],
  ])('%s', (_, hours, readyAt, holdDays, deadline) => {
    const found = pickupDeadline({ hours, timeZone: PARIS, readyAt: at(readyAt), holdDays });
    expect(found).toEqual(deadline && at(deadline));
  });
});

describe('goods on their way', () => {
  const arrival = (now: string, leadTimeDays: number, hours = depot, queuedOrders = 0) =>
    arrivalByTransfer({
      destination: counter({ queuedOrders, pickup: { ...pickup, ordersPerHour: 1 } }),
      source: { hours, timeZone: PARIS },
      replenishment: { leadTimeDays, cutOff: '14:00' },
      now: at(now),
    });

  test.each<[string, Date | null, string | null]>([
    ['are due as the store opens on that day', arrival('2026-11-24T10:00:00Z', 1), '2026-11-25T08:00:00Z'],
    ['or on its next open day', arrival('2026-11-27T10:00:00Z', 1), '2026-12-01T08:00:00Z'],
    ['not before they left', arrival('2026-11-24T09:00:00Z', 0), '2026-11-24T13:00:00Z'],
    ['whatever is queued there', arrival('2026-11-24T10:00:00Z', 1, depot, 50), '2026-11-25T08:00:00Z'],
    ['never, if the source never works', arrival('2026-11-24T10:00:00Z', 1, closedForEver()), null],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected === null ? null : at(expected));
  });

  const prepared = (arrivesAt: string, changes: Partial<PickupCounter> = {}) =>
    promiseAfter(counter(changes), at(arrivesAt).getTime(), at('2026-11-24T08:30:00Z'));

  test.each<[string, { readyAt: Date } | null, string | null]>([
    ['are prepared from then on', prepared('2026-11-24T13:10:30Z'), '2026-11-24T14:11:00Z'],
    ['in open time', prepared('2026-11-24T17:30:00Z'), '2026-11-25T08:30:00Z'],
    [
      'once what is queued there is done',
      prepared('2026-11-24T09:00:00Z', { queuedOrders: 4, pickup: { ...pickup, ordersPerHour: 1 } }),
      '2026-11-24T15:30:00Z',
    ],
    [
      'never, where pickup is not enabled',
      prepared('2026-11-24T13:00:00Z', { pickup: { ...pickup, enabled: false } }),
      null,
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(ready(expected));
  });

  /** Closed on every day that is looked at. */
  function closedForEver(): OpeningHours {
    return { weekly: [{ days: ['tue'], opens: '09:00', closes: '10:00' }], exceptions: everyTuesday() };
  }

  function everyTuesday(): OpeningHours['exceptions'] {
    const first = Date.UTC(2026, 10, 24);
    return Array.from({ length: 80 }, (_, week) => ({
      date: new Date(first + week * 7 * 86_400_000).toISOString().slice(0, 10),
      closed: true as const,
    }));
  }
});
