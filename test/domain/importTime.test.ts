// Times as files write them: with an offset, local, in each order, across clock changes.
import { expect, test } from '@jest/globals';
import { type DateOrder, readInstant } from '../../src/domain/importTime.ts';

const read = (text: string, order: DateOrder = 'ymd', zone = 'Europe/Paris') =>
  readInstant(text, order, () => zone)?.toISOString() ?? null;

test.each([
  ['2026-07-14T09:30:00Z', '2026-07-14T09:30:00.000Z'],
  ['2026-07-14T09:30:00.1239+02:00', '2026-07-14T07:30:00.123Z'],
  ['2026-07-14 09:30:00-0500', '2026-07-14T14:30:00.000Z'],
  ['2026-07-14 09:30', '2026-07-14T07:30:00.000Z'],
  ['2026-01-14T09:30:15', '2026-01-14T08:30:15.000Z'],
  ['2026-07-14', '2026-07-13T22:00:00.000Z'],
  ['2026/7/4 9:05', '2026-07-04T07:05:00.000Z'],
])('%s', (text, instant) => {
  expect(read(text)).toBe(instant);
});

test('an offset needs no time zone', () => {
  const zone = () => {
    throw new Error('asked');
  };
  expect(readInstant('2026-07-14T09:30:00Z', 'ymd', zone)).toEqual(new Date('2026-07-14T09:30:00Z'));
});

test('14/07/2026 is read day first or not at all; an ISO date is read in every order', () => {
  expect([read('14/07/2026 09:30', 'dmy'), read('07/14/2026', 'mdy'), read('14/07/2026', 'mdy')]).toEqual([
    '2026-07-14T07:30:00.000Z',
    '2026-07-13T22:00:00.000Z',
    null,
  ]);
  expect(read('2026-07-14', 'dmy')).toBe('2026-07-13T22:00:00.000Z');
});

test('a time that the spring change skips is the instant of the change', () => {
  expect(read('2026-03-29 02:30')).toBe('2026-03-29T01:00:00.000Z');
});

test('a time that the autumn change repeats is its first occurrence', () => {
  expect(read('2026-10-25 02:30:30')).toBe('2026-10-25T00:30:30.000Z');
});

test('a day whose midnight is skipped begins at its first instant', () => {
  expect(read('2026-09-06', 'ymd', 'America/Santiago')).toBe('2026-09-06T04:00:00.000Z');
});

test.each([
  '2026-02-30',
  '2026-13-01',
  '2026-07-14T25:00',
  '2026-07-14Z',
  '14.7.26',
  'yesterday',
  '0000-01-01',
  '',
])('%s is no time', (text) => {
  expect(read(text)).toBeNull();
});
