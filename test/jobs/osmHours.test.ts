// OpenStreetMap's opening hours as ours. The horizon is 183 days from Monday, 23 November 2026: it holds Christmas
// to Whit Monday, and the nights in which clocks change in spring (and in autumn, in the southern hemisphere).
import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { openIntervals } from '../../src/domain/openTime.ts';
import { openingHoursFromOsm, osmHoursReader } from '../../src/jobs/osmHours.ts';

const options = { from: '2026-11-23', days: 183, countryCode: 'FR' };
const read = osmHoursReader(options);

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'];
const EVERY_DAY = [...WEEKDAYS, 'sat', 'sun'];
/** French holidays in the horizon, by the day of the week that they fall on. */
const HOLIDAYS = {
  weekdays: ['2026-12-25', '2027-01-01', '2027-03-29', '2027-05-06', '2027-05-17'],
  saturdays: ['2027-05-01', '2027-05-08'],
};
const closed = (...dates: string[]) => dates.toSorted().map((date) => ({ date, closed: true }));

/** The result's hours; a test of hours fails with what the error says. */
function hoursOf(text: string, reader = read) {
  const result = reader(text);
  if ('error' in result) throw new Error(result.error.detail);
  return result.openingHours;
}

describe('weekly hours come out as they are', () => {
  test.each<[string, [string[], string, string][]]>([
    ['Mo-Fr 09:00-18:00', [[WEEKDAYS, '09:00', '18:00']]],
    [
      'Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00',
      [
        [WEEKDAYS, '09:00', '12:00'],
        [WEEKDAYS, '14:00', '18:00'],
        [['sat'], '09:00', '12:00'],
      ],
    ],
    [
      'Mo,Th 08:30-12:30; Tu-We 09:00-12:30; Su 10:00-12:00; We off',
      [
        [['mon', 'thu'], '08:30', '12:30'],
        [['tue'], '09:00', '12:30'],
        [['sun'], '10:00', '12:00'],
      ],
    ],
    ['24/7', [[EVERY_DAY, '00:00', '24:00']]],
    ['08:00-20:00', [[EVERY_DAY, '08:00', '20:00']]],
    [
      'Fr 20:00-02:30',
      [
        [['fri'], '20:00', '24:00'],
        [['sat'], '00:00', '02:30'],
      ],
    ],
    [
      'Mo-Fr 09:00-12:00, We 11:00-14:00',
      [
        [['mon', 'tue', 'thu', 'fri'], '09:00', '12:00'],
        [['wed'], '09:00', '14:00'],
      ],
    ],
    ['  mo-fr 9:00-18:00 ', [[WEEKDAYS, '09:00', '18:00']]],
  ])('%s', (text, weekly) => {
    expect(hoursOf(text)).toEqual({
      weekly: weekly.map(([days, opens, closes]) => ({ days, opens, closes })),
      exceptions: [],
    });
  });
});

describe('days that differ come out as exceptions', () => {
  test('public holidays, by the calendar of the country', () => {
    expect(hoursOf('Mo-Sa 09:00-12:00; PH off').exceptions).toEqual(
      closed(...HOLIDAYS.weekdays, ...HOLIDAYS.saturdays),
    );
    const german = osmHoursReader({ ...options, countryCode: 'DE', region: 'Bayern' });
    expect(hoursOf('Mo-Sa 09:00-12:00; PH off', german).exceptions).toContainEqual({
      date: '2027-01-06',
      closed: true,
    });
  });

  test('public holidays of a region', () => {
    const moselle = osmHoursReader({ ...options, region: 'Moselle' });
    expect(hoursOf('Mo-Sa 09:00-12:00; PH off', moselle).exceptions).toEqual(
      closed(...HOLIDAYS.weekdays, ...HOLIDAYS.saturdays, '2026-12-26', '2027-03-26'),
    );
  });

  test('public holidays with hours of their own', () => {
    expect(hoursOf('Mo-Fr 09:00-18:00; PH 10:00-12:00').exceptions).toEqual(
      [...HOLIDAYS.weekdays, ...HOLIDAYS.saturdays]
        .toSorted()
        .map((date) => ({ date, opens: '10:00', closes: '12:00' })),
    );
  });

  test('not a public holiday that a later rule opens', () => {
    expect(hoursOf('Mo-Fr 09:00-18:00; PH off; 2026 Dec 25 10:00-12:00').exceptions).toEqual([
      { date: '2026-12-25', opens: '10:00', closes: '12:00' },
      ...closed(...HOLIDAYS.weekdays.slice(1)),
    ]);
    expect(hoursOf('PH off; Mo-Fr 09:00-18:00').exceptions).toEqual([]);
  });

  test('every other Saturday: closed but for its dates', () => {
    const { weekly, exceptions } = hoursOf('Mo-Fr 09:00-12:00; week 02-52/2 Sa 09:00-11:00');
    expect(weekly).toEqual([{ days: WEEKDAYS, opens: '09:00', closes: '12:00' }]);
    const dates = exceptions.map(({ date }) => date);
    expect(dates.slice(0, 4)).toEqual(['2026-11-28', '2026-12-12', '2026-12-26', '2027-01-16']);
    expect(exceptions).toEqual(dates.map((date) => ({ date, opens: '09:00', closes: '11:00' })));
  });

  test('the first Tuesday of the month', () => {
    expect(hoursOf('Tu 09:00-12:00; Tu[1] off').exceptions).toEqual(
      closed('2026-12-01', '2027-01-05', '2027-02-02', '2027-03-02', '2027-04-06', '2027-05-04'),
    );
  });

  test('a season', () => {
    const { weekly, exceptions } = hoursOf('Mo 09:00-12:00; Dec-Jan Mo 09:00-10:00');
    expect(weekly).toEqual([{ days: ['mon'], opens: '09:00', closes: '12:00' }]);
    expect(exceptions[0]).toEqual({ date: '2026-12-07', opens: '09:00', closes: '10:00' });
    expect(exceptions.at(-1)).toEqual({ date: '2027-01-25', opens: '09:00', closes: '10:00' });
  });

  test.each<[string, string, string[]]>([
    ['one day', '2026 Dec 24 off', ['2026-12-24']],
    ['a range', '2027 Feb 08-10 off', ['2027-02-08', '2027-02-09', '2027-02-10']],
    [
      'a range over the turn of the year',
      '2026 Dec 30-2027 Jan 01 off',
      ['2026-12-30', '2026-12-31', '2027-01-01'],
    ],
    ['a list', '2026 Dec 24,2027 Feb 08 off', ['2026-12-24', '2027-02-08']],
    ['a list that leaves out years', '2026 Nov 27,Dec 24 off', ['2026-11-27', '2026-12-24']],
    [
      'a list that leaves out months',
      '2027 Feb 02,04-05,Mar 01 closed',
      ['2027-02-02', '2027-02-04', '2027-02-05', '2027-03-01'],
    ],
    ['each year', 'Dec 24 off', ['2026-12-24']],
    ['none that is past', '2024 May 20 off; 2021 Dec 29,31 off', []],
    ['none that is yet to come', '2028 May 22 off', []],
  ])('dated closures: %s', (_, rule, dates) => {
    expect(hoursOf(`Mo-Fr 09:00-18:00; ${rule}`).exceptions).toEqual(closed(...dates));
  });

  test('dated hours, with a lunch break', () => {
    expect(hoursOf('Mo-Fr 09:00-18:00; 2026 Dec 24,31 09:00-12:00,13:00-16:00').exceptions).toEqual(
      ['2026-12-24', '2026-12-31'].flatMap((date) => [
        { date, opens: '09:00', closes: '12:00' },
        { date, opens: '13:00', closes: '16:00' },
      ]),
    );
  });

  test('dated hours past midnight, on both days', () => {
    expect(hoursOf('Mo-Fr 09:00-18:00; 2026 Dec 31 20:00-03:00').exceptions).toEqual([
      { date: '2026-12-31', opens: '20:00', closes: '24:00' },
      { date: '2027-01-01', opens: '00:00', closes: '03:00' },
      { date: '2027-01-01', opens: '09:00', closes: '18:00' },
    ]);
  });
});

describe('what is not certain is said', () => {
  const warningsOf = (text: string) => {
    const result = read(text);
    return 'error' in result ? [] : result.warnings;
  };

  test.each<[string, string[]]>([
    ['Mo-Fr 09:00-18:00; PH off', []],
    ['Mo-Fr 09:00-18:00', ['says nothing of public holidays: they count as other days']],
    ['closed', ['never open in this time']],
    ['2024 May 20 09:00-12:00', ['never open in this time']],
    [
      'Mo-Fr 09:00-18:00 "by appointment"; PH off',
      ['not certain, counted as closed: by appointment', 'never open in this time'],
    ],
  ])('%s', (text, warnings) => {
    expect(warningsOf(text)).toEqual(warnings);
  });

  test('an open end counts as closed', () => {
    expect(hoursOf('Fr 10:00-12:00,18:00+').weekly).toEqual([
      { days: ['fri'], opens: '10:00', closes: '12:00' },
    ]);
    expect(warningsOf('Fr 10:00-12:00,18:00+; PH off')[0]).toMatch(/^not certain, counted as closed/);
  });

  test('a word that had to be guessed is named', () => {
    expect(warningsOf('Montag 09:00-18:00; PH off')[0]).toMatch(/Mo/);
  });
});

describe('what cannot be understood is an error, never an exception', () => {
  test.each([
    ['nothing', '', 'unreadable-opening-hours'],
    ['prose', 'every day in the morning, more or less', 'unreadable-opening-hours'],
    ['half a range', 'Mo-Fr 09:00-', 'unreadable-opening-hours'],
    ['a date that does not exist', 'Mo-Fr 09:00-12:00; 2027 Feb 30 off', 'unreadable-opening-hours'],
    ['a text without end', `Mo-Fr 09:00-12:00${'; PH off'.repeat(150)}`, 'unreadable-opening-hours'],
    ['the sun', 'Mo-Fr sunrise-sunset', 'unsupported-opening-hours'],
    ['more stretches than a week may have', `Mo ${stretches(51)}`, 'unsupported-opening-hours'],
    [
      'more exceptions than there may be',
      `Mo 08:00-09:00; Dec-Feb ${stretches(10)}`,
      'unsupported-opening-hours',
    ],
  ])('%s', (_, text, code) => {
    expect(read(text)).toEqual({ error: { code, detail: expect.any(String) } });
  });

  test('public holidays of a country that is not known', () => {
    const nowhere = { ...options, countryCode: 'ZZ' };
    expect(openingHoursFromOsm('Mo-Fr 09:00-18:00; PH off', nowhere)).toHaveProperty('error.code');
    expect(openingHoursFromOsm('Mo-Fr 09:00-18:00', nowhere)).toHaveProperty('openingHours');
  });

  test.each([
    { ...options, days: 27 },
    { ...options, days: 801 },
    { ...options, from: '23/11/2026' },
  ])('but wrong options are the caller’s mistake: %j', (wrong) => {
    expect(() => osmHoursReader(wrong)).toThrow(RangeError);
  });
});

describe('the same text gives the same hours', () => {
  /** Hours where some zone's clocks change, in the night and at midnight, and rules that count days. */
  const texts = [
    'Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00; PH off; 2026 Dec 24,31 off',
    'Fr-Su 20:00-02:30; PH off',
    'Su 02:00-03:00,23:30-24:30',
    'Mo-Su 00:00-24:00; 2027 Mar 08-2027 May 01/3 off',
    'week 02-52/2 Sa 09:00-11:00; PH off',
  ];

  test.each(['UTC', 'America/New_York', 'Pacific/Auckland', 'Europe/Paris', 'Africa/Cairo'])(
    'on a machine in %s',
    async (TZ) => {
      const module = pathToFileURL(path.join(import.meta.dirname, '../../src/jobs/osmHours.ts'));
      const script = `
        import { osmHoursReader } from '${module.href}';
        const read = osmHoursReader(${JSON.stringify(options)});
        process.stdout.write(JSON.stringify(${JSON.stringify(texts)}.map(read)));
      `;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', script],
        {
          env: { ...process.env, TZ, NODE_OPTIONS: '' },
        },
      );
      expect(JSON.parse(stdout)).toEqual(texts.map((text) => openingHoursFromOsm(text, options)));
    },
  );

  test('whatever was read before', () => {
    const backward = texts.toReversed().map(read).toReversed();
    expect(backward).toEqual(texts.map((text) => openingHoursFromOsm(text, options)));
  });

  test('over the nights on which clocks change anywhere', () => {
    const intervals = openIntervals(
      hoursOf('Sa 20:00-02:30'),
      'UTC',
      new Date('2026-11-28T12:00:00Z'),
      new Date('2027-05-22T12:00:00Z'),
    );
    const lengths = intervals.map(({ opensAt, closesAt }) => closesAt.getTime() - opensAt.getTime());
    expect(new Set(lengths)).toEqual(new Set([6.5 * 3_600_000]));
  });
});

/** "08:00-08:02,08:04-08:06,…" */
function stretches(count: number): string {
  const time = (minutes: number) => new Date(minutes * 60_000).toISOString().slice(11, 16);
  return Array.from({ length: count }, (_, n) => `${time(480 + n * 4)}-${time(482 + n * 4)}`).join(',');
}
