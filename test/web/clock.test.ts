// The tablet's clock: put right by the server's, as far as an answer can tell what time it is there.
import { expect, test } from '@jest/globals';
import { serverTime, setClock } from '../../src/web/tablet/src/data/clock.ts';

const HOUR_MILLISECONDS = 3_600_000;

/** How far ahead the server is taken to be, in whole hours. */
function hoursAhead(): number {
  return Math.round((serverTime() - Date.now()) / HOUR_MILLISECONDS);
}

test('an answer that took as long as a sleep, or came before it was asked for, says nothing; a quick one does', () => {
  const there = new Date(Date.now() + HOUR_MILLISECONDS).toUTCString();
  setClock(there, Date.now() - 8 * HOUR_MILLISECONDS);
  expect(hoursAhead()).toBe(0);
  setClock(there, Date.now() + 2 * HOUR_MILLISECONDS);
  expect(hoursAhead()).toBe(0);
  setClock(there, Date.now() - 50);
  expect(hoursAhead()).toBe(1);
});
