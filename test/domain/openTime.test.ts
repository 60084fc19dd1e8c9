// Open time: what the clock on the wall and the hours on the door say, in any zone and over changed clocks.
// Expected instants are written out, in UTC; Paris is one hour ahead of it in winter, two in summer.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { type OpeningHours, WEEKDAYS } from '../../src/domain/openingHours.ts';
import {
  addOpenMinutes,
  isOpenAt,
  openDayEnd,
  openIntervals,
  openingStatus,
} from '../../src/domain/openTime.ts';

const PARIS = 'Europe/Paris';
const MINUTE_MS = 60_000;

/** A town store: a lunch break, short Saturdays, shut at Christmas, for a week in January, early on the 24th. */
const town: OpeningHours = {
  weekly: [
    { days: ['tue', 'wed', 'thu', 'fri'], opens: '14:00', closes: '19:00' },
    { days: ['tue', 'wed', 'thu', 'fri'], opens: '09:00', closes: '12:00' },
    { days: ['sat'], opens: '10:00', closes: '18:00' },
  ],
  exceptions: [
    { date: '2026-12-25', closed: true },
    { date: '2026-12-24', opens: '09:00', closes: '12:00' },
    { date: '2026-12-24', opens: '13:00', closes: '16:00' },
    ...['12', '13', '14', '15', '16'].map((day) => ({ date: `2027-01-${day}`, closed: true as const })),
    { date: '2026-11-29', opens: '10:00', closes: '13:00' },
  ],
};
const never: OpeningHours = { weekly: [], exceptions: [] };
const always: OpeningHours = {
  weekly: [{ days: [...WEEKDAYS], opens: '00:00', closes: '24:00' }],
  exceptions: [],
};
/** Friday 20:00 to Saturday 02:30, in two entries. */
const night: OpeningHours = {
  weekly: [
    { days: ['fri'], opens: '20:00', closes: '24:00' },
    { days: ['sat'], opens: '00:00', closes: '02:30' },
  ],
  exceptions: [],
};
/** A night before a Sunday on which clocks change, and the morning after. */
const sunday: OpeningHours = {
  weekly: [
    { days: ['sun'], opens: '00:00', closes: '02:30' },
    { days: ['sun'], opens: '05:00', closes: '12:00' },
  ],
  exceptions: [],
};

const at = (text: string) => new Date(text);

describe('a store is open', () => {
  test.each<[string, OpeningHours, string, string, boolean]>([
    ['at its opening instant', town, PARIS, '2026-11-24T08:00:00Z', true],
    ['but not just before', town, PARIS, '2026-11-24T07:59:59.999Z', false],
    ['until just before it closes', town, PARIS, '2026-11-24T10:59:59.999Z', true],
    ['but not at its closing instant', town, PARIS, '2026-11-24T11:00:00Z', false],
    ['but not over lunch', town, PARIS, '2026-11-24T12:00:00Z', false],
    ['but not on a Monday', town, PARIS, '2026-11-23T09:00:00Z', false],
    ['on a Sunday that an exception opens', town, PARIS, '2026-11-29T09:30:00Z', true],
    ['but not on the Sunday after', town, PARIS, '2026-12-06T09:30:00Z', false],
    ['but not on a public holiday that an exception closes', town, PARIS, '2026-12-25T09:00:00Z', false],
    ['over lunch on the 24th, whose hours replace the usual ones', town, PARIS, '2026-12-24T12:30:00Z', true],
    ['but not on the 24th in the usual evening', town, PARIS, '2026-12-24T16:00:00Z', false],
    [
      'by the clock of Reunion, where it is three hours later',
      town,
      'Indian/Reunion',
      '2026-11-24T05:00:00Z',
      true,
    ],
    ['by the clock of New York, where it is night', town, 'America/New_York', '2026-11-24T08:00:00Z', false],
    ['by the clock of New York, in its morning', town, 'America/New_York', '2026-11-24T14:00:00Z', true],
    ['an hour earlier in UTC once it is summer', town, PARIS, '2026-03-31T07:00:00Z', true],
    ['at midnight, between two entries that touch', night, PARIS, '2026-11-27T23:00:00Z', true],
    ['never, without hours', never, PARIS, '2026-11-24T09:00:00Z', false],
    ['always, around the clock', always, PARIS, '2026-03-29T01:00:00Z', true],
  ])('%s', (_, hours, zone, instant, isOpen) => {
    expect(isOpenAt(hours, zone, at(instant))).toBe(isOpen);
  });
});

describe('the status says until when', () => {
  test.each<[string, OpeningHours, string, ReturnType<typeof openingStatus>]>([
    ['open till lunch', town, '2026-11-24T09:00:00Z', { open: true, until: at('2026-11-24T11:00:00Z') }],
    ['closed over lunch', town, '2026-11-24T11:00:00Z', { open: false, opensAt: at('2026-11-24T13:00:00Z') }],
    [
      'closed till Tuesday',
      town,
      '2026-11-21T17:00:00Z',
      { open: false, opensAt: at('2026-11-24T08:00:00Z') },
    ],
    ['open past midnight', night, '2026-11-27T22:00:00Z', { open: true, until: at('2026-11-28T01:30:00Z') }],
    ['never open', never, '2026-11-27T22:00:00Z', { open: false, opensAt: null }],
    ['never closed', always, '2026-11-27T22:00:00Z', { open: true, until: null }],
  ])('%s', (_, hours, instant, status) => {
    expect(openingStatus(hours, PARIS, at(instant))).toEqual(status);
  });
});

describe('open minutes pass in open time only', () => {
  test.each<[string, OpeningHours, string, number, string | null]>([
    ['within a stretch', town, '2026-11-24T08:30:00Z', 60, '2026-11-24T09:30:00Z'],
    ['over lunch', town, '2026-11-24T10:30:00Z', 60, '2026-11-24T13:30:00Z'],
    ['over night', town, '2026-11-24T17:30:00Z', 60, '2026-11-25T08:30:00Z'],
    ['over Sunday and Monday', town, '2026-11-21T16:30:00Z', 60, '2026-11-24T08:30:00Z'],
    ['from a cart at 23:59', town, '2026-11-24T22:59:00Z', 60, '2026-11-25T09:00:00Z'],
    ['from a Sunday', town, '2026-11-22T09:00:00Z', 60, '2026-11-24T09:00:00Z'],
    ['over a public holiday', town, '2026-12-24T14:30:00Z', 60, '2026-12-26T09:30:00Z'],
    ['over a week of closure', town, '2027-01-09T16:30:00Z', 60, '2027-01-19T08:30:00Z'],
    ['ending just as it closes: the next opening', town, '2026-11-24T17:00:00Z', 60, '2026-11-25T08:00:00Z'],
    ['ending just before it closes', town, '2026-11-24T16:59:00Z', 60, '2026-11-24T17:59:00Z'],
    ['ending at a midnight that is no closing', night, '2026-11-27T22:00:00Z', 60, '2026-11-27T23:00:00Z'],
    ['none, while open', town, '2026-11-24T08:30:00Z', 0, '2026-11-24T08:30:00Z'],
    ['none, while closed', town, '2026-11-24T11:30:00Z', 0, '2026-11-24T13:00:00Z'],
    ['half a minute', town, '2026-11-24T08:30:00Z', 0.5, '2026-11-24T08:30:30Z'],
    ['a week of them, then a special Sunday', town, '2026-11-24T08:00:00Z', 40 * 60, '2026-11-29T09:00:00Z'],
    ['through the skipped hour', sunday, '2026-03-29T00:30:00Z', 60, '2026-03-29T03:30:00Z'],
    ['up to the skipped hour, where it closes', sunday, '2026-03-29T00:30:00Z', 29, '2026-03-29T00:59:00Z'],
    ['up to a closing in the repeated hour', sunday, '2026-10-25T00:00:00Z', 29, '2026-10-25T00:29:00Z'],
    ['from the repeated hour', sunday, '2026-10-25T00:30:00Z', 60, '2026-10-25T05:00:00Z'],
    ['on a day of 23 hours', always, '2026-03-28T23:00:00Z', 24 * 60, '2026-03-29T23:00:00Z'],
    ['never, without hours', never, '2026-11-24T08:30:00Z', 1, null],
    [
      'never, for a store that has been closed for good',
      withDates('2026-11-23'),
      '2026-11-24T08:30:00Z',
      1,
      null,
    ],
    [
      'after an opening 59 days ahead',
      withDates('2027-01-22'),
      '2026-11-24T08:30:00Z',
      30,
      '2027-01-22T08:30:00Z',
    ],
    ['not after an opening 61 days ahead', withDates('2027-01-24'), '2026-11-24T08:30:00Z', 30, null],
    ['not beyond 60 days of open time', always, '2026-11-24T08:30:00Z', 60 * 24 * 60 + 1, null],
  ])('%s', (_, hours, from, minutes, result) => {
    expect(addOpenMinutes(hours, PARIS, at(from), minutes)).toEqual(result && at(result));
  });

  test.each<[string, string, string, string]>([
    ['Reunion', 'Indian/Reunion', '2026-11-24T07:30:00Z', '2026-11-24T10:30:00Z'],
    [
      'New York, over its own change of clocks',
      'America/New_York',
      '2026-10-31T21:30:00Z',
      '2026-11-03T14:30:00Z',
    ],
    ['Auckland, a day ahead', 'Pacific/Auckland', '2026-11-23T22:30:00Z', '2026-11-24T01:30:00Z'],
  ])('in %s', (_, zone, from, result) => {
    expect(addOpenMinutes(town, zone, at(from), 60)).toEqual(at(result));
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%d minutes are an error', (minutes) => {
    expect(() => addOpenMinutes(town, PARIS, at('2026-11-24T08:30:00Z'), minutes)).toThrow(RangeError);
  });

  test('what is asked first changes no later answer', () => {
    const instants = ['2026-11-24T10:30:00Z', '2031-05-05T10:30:00Z', '2026-12-24T14:30:00Z'];
    const asked = (hours: OpeningHours, list: string[]) =>
      new Map(list.map((text) => [text, addOpenMinutes(hours, PARIS, at(text), 60)]));
    const alone = new Map(instants.flatMap((text) => [...asked(structuredClone(town), [text])]));
    expect(asked(structuredClone(town), instants)).toEqual(alone);
    expect(asked(structuredClone(town), instants.toReversed())).toEqual(alone);
  });

  test('one hours object may be asked for two zones in turn', () => {
    const from = at('2026-11-24T07:30:00Z');
    const results = [PARIS, 'Indian/Reunion', PARIS].map((zone) => addOpenMinutes(town, zone, from, 60));
    expect(results).toEqual(['09:00', '10:30', '09:00'].map((time) => at(`2026-11-24T${time}:00Z`)));
  });
});

describe('an open day ends at its last closing', () => {
  test.each<[string, OpeningHours, string, number, string | null]>([
    ['the next day', town, '2026-11-24T09:00:00Z', 1, '2026-11-25T18:00:00Z'],
    ['Sundays and Mondays do not count', town, '2026-11-20T09:00:00Z', 2, '2026-11-24T18:00:00Z'],
    ['nor do holidays', town, '2026-12-24T09:00:00Z', 1, '2026-12-26T17:00:00Z'],
    ['nor does a week of closure', town, '2027-01-08T09:00:00Z', 2, '2027-01-19T18:00:00Z'],
    [
      'the day itself does not, even before it opens',
      town,
      '2026-11-24T01:00:00Z',
      1,
      '2026-11-25T18:00:00Z',
    ],
    ['0 is the day itself', town, '2026-11-24T09:00:00Z', 0, '2026-11-24T18:00:00Z'],
    ['0 after closing is the next open day', town, '2026-11-24T18:00:00Z', 0, '2026-11-25T18:00:00Z'],
    ['around the clock, a day ends at midnight', always, '2026-03-27T09:00:00Z', 2, '2026-03-29T22:00:00Z'],
    ['there are none without hours', never, '2026-11-24T09:00:00Z', 1, null],
    ['there are not enough', withDates('2026-11-26'), '2026-11-24T09:00:00Z', 2, null],
  ])('%s', (_, hours, from, openDays, result) => {
    expect(openDayEnd(hours, PARIS, at(from), openDays)).toEqual(result && at(result));
  });

  test('sixty of them are found for a store that opens once a week', () => {
    const weekly: OpeningHours = {
      weekly: [{ days: ['sat'], opens: '10:00', closes: '12:00' }],
      exceptions: [],
    };
    expect(openDayEnd(weekly, PARIS, at('2026-01-01T09:00:00Z'), 60)).toEqual(at('2027-02-20T11:00:00Z'));
  });

  test.each([-1, 0.5, Number.NaN])('%d open days are an error', (openDays) => {
    expect(() => openDayEnd(town, PARIS, at('2026-11-24T08:30:00Z'), openDays)).toThrow(RangeError);
  });
});

describe('the open intervals of a range', () => {
  const listed = (hours: OpeningHours, from: string, until: string) =>
    openIntervals(hours, PARIS, at(from), at(until)).map(({ opensAt, closesAt }) =>
      [opensAt, closesAt].map((instant) => instant.toISOString().slice(5, 16)).join('/'),
    );

  test('come in order, cut to the range', () => {
    expect(listed(town, '2026-11-21T16:00:00Z', '2026-11-24T14:00:00Z')).toEqual([
      '11-21T16:00/11-21T17:00',
      '11-24T08:00/11-24T11:00',
      '11-24T13:00/11-24T14:00',
    ]);
  });

  test('are one where they touch at midnight', () => {
    expect(listed(night, '2026-11-27T00:00:00Z', '2026-11-29T00:00:00Z')).toEqual([
      '11-27T19:00/11-28T01:30',
    ]);
  });

  test('end at the change where the closing is skipped, and at the first time where it is repeated', () => {
    expect(listed(sunday, '2026-03-28T12:00:00Z', '2026-03-29T02:00:00Z')).toEqual([
      '03-28T23:00/03-29T01:00',
    ]);
    expect(listed(sunday, '2026-10-24T12:00:00Z', '2026-10-25T03:00:00Z')).toEqual([
      '10-24T22:00/10-25T00:30',
    ]);
  });

  test('leave out what lies within the skipped hour', () => {
    const skipped: OpeningHours = {
      weekly: [{ days: ['sun'], opens: '02:10', closes: '02:50' }],
      exceptions: [],
    };
    expect(listed(skipped, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toEqual([]);
  });

  test('are none for an empty or backward range', () => {
    expect(listed(always, '2026-11-24T08:00:00Z', '2026-11-24T08:00:00Z')).toEqual([]);
    expect(listed(always, '2026-11-24T08:00:00Z', '2026-11-23T08:00:00Z')).toEqual([]);
  });

  test('are refused for a range of more than three years', () => {
    expect(() => listed(town, '2026-01-01T00:00:00Z', '2030-01-01T00:00:00Z')).toThrow(RangeError);
  });
});

test('is what one counts minute by minute with a clock on the wall', () => {
  const zones = [PARIS, 'Indian/Reunion', 'America/New_York', 'Pacific/Auckland', 'Australia/Lord_Howe'];
  const from = fc.integer({ min: 0, max: 400 * 24 * 60 }).map((m) => Date.UTC(2026, 0, 1) + m * MINUTE_MS);
  const open = fc.integer({ min: 0, max: 900 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), from, open, (zone, start, minutes) => {
      let [instant, left] = [start, minutes];
      while (left > 0 || !isOpenByTheClock(town, zone, instant)) {
        if (isOpenByTheClock(town, zone, instant)) left -= 1;
        instant += MINUTE_MS;
      }
      expect(addOpenMinutes(town, zone, new Date(start), minutes)).toEqual(new Date(instant));
    }),
    { numRuns: 60, seed: 20_261_121 },
  );
});

/** The definition itself: look at the clock, then at the door. No hours here lie where clocks change. */
function isOpenByTheClock(hours: OpeningHours, zone: string, instant: number): boolean {
  const local = DateTime.fromMillis(instant, { zone });
  const time = local.toFormat('HH:mm');
  const special = hours.exceptions.filter(({ date }) => date === local.toISODate());
  const weekday = WEEKDAYS[local.weekday - 1] ?? 'mon';
  const usual = hours.weekly.filter(({ days }) => days.includes(weekday));
  const stretches = special.length > 0 ? special.filter((exception) => !exception.closed) : usual;
  return stretches.some(({ opens, closes }) => opens <= time && time < closes);
}

/** Open on one date only, from 9 to 12. */
function withDates(date: string): OpeningHours {
  return { weekly: [], exceptions: [{ date, opens: '09:00', closes: '12:00' }] };
}
