// Rows that say the very same are told apart; a table of numbers does it, against a Map as the oracle.
import { expect, test } from '@jest/globals';
import { identifyRows } from '../../src/jobs/imports/eventIds.ts';
import { Occurrences } from '../../src/jobs/imports/occurrences.ts';

test('the table counts as a Map would, through every growth', () => {
  const table = new Occurrences();
  const oracle = new Map<number, number>();
  for (let n = 0; n < 50_000; n++) {
    // Multiples of the table's sizes, which meet in the same slots, and numbers up to the largest.
    const hash = n % 3 === 0 ? (n % 999) * 4_096 : Number.MAX_SAFE_INTEGER - ((n * 7_919) % 20_011);
    const before = oracle.get(hash) ?? 0;
    expect(table.note(hash)).toBe(before);
    oracle.set(hash, before + 1);
  }
  expect(table.size).toBe(oracle.size);
});

const movement = {
  eventId: null,
  source: 'till',
  type: 'sale' as const,
  sku: 'A1',
  location: 'L',
  quantity: 1,
  occurredAt: new Date('2026-07-14T10:00:00Z'),
  reference: null,
  reservationId: null,
  named: null,
};

test('the n-th row that says the very same is another fact, the same in every run', () => {
  const rows = [movement, { ...movement, quantity: 2 }, movement, movement];
  const ids = () => rows.map(identifyRows('movements')).map(({ eventId }) => eventId);
  const [first, other, second, third] = ids();
  expect(first).toMatch(/^row-[\w-]{32}$/);
  expect([second, third]).toEqual([`${first}-2`, `${first}-3`]);
  expect(other).not.toBe(first);
  expect(ids()).toEqual([first, other, second, third]);
});

test('an event id of the file’s own stays; a count that is repeated is the same count', () => {
  expect(identifyRows('movements')({ ...movement, eventId: 'e1' }).eventId).toBe('e1');
  const count = {
    eventId: null,
    source: 's',
    sku: 'A1',
    location: 'L',
    onHand: 1,
    countedAt: new Date(0),
    expected: null,
  };
  const identify = identifyRows('counts');
  expect(identify(count).eventId).toBe(identify(count).eventId);
  expect(identify({ ...count, countedAt: new Date(1) }).eventId).not.toBe(identify(count).eventId);
});
