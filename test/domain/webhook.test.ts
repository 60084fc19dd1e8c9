// When receivers are tried again: by a schedule of ours, and no sooner than they ask, within bounds.
import { describe, expect, test } from '@jest/globals';
import { nextProbeAt, nextTryAt } from '../../src/domain/webhook.ts';
import { RETRY_AFTER_SECONDS_MAX, retryAfterOf } from '../../src/domain/webhookDelivery.ts';

const now = new Date('2026-11-24T11:00:00.000Z');
const secondsTo = (at: Date | null) => at && (at.getTime() - now.getTime()) / 1_000;

describe('Retry-After', () => {
  const cases: [number, string | undefined, number | null][] = [
    [429, '120', 120],
    [503, ' 7 ', 7],
    [503, '0', 0],
    [429, 'Tue, 24 Nov 2026 11:02:00 GMT', 120],
    [503, 'Tue, 24 Nov 2026 10:00:00 GMT', 0],
    [429, '999999999', RETRY_AFTER_SECONDS_MAX],
    [429, 'Wed, 24 Nov 2027 11:02:00 GMT', RETRY_AFTER_SECONDS_MAX],
    [429, '99999999999999999999', null],
    [429, '-5', null],
    [429, '1.5', null],
    [429, 'soon', null],
    [429, '', null],
    [429, undefined, null],
    [500, '120', null],
    [301, '120', null],
  ];
  test.each(cases)('of a %s that says %j is %s seconds', (status, header, seconds) => {
    expect(retryAfterOf(status, header, now)).toBe(seconds);
  });
});

describe('the next try', () => {
  test.each([
    [1, 0, 0.5, 5],
    [1, 0, 0, 4.5],
    [1, 0, 1, 5.5],
    [1, 60, 0, 60],
    [1, 60, 1, 72],
    [4, 60, 0.5, 1_800],
  ])(
    'after %i tries and a wish for %i s, with %d on the dice, comes in %d s',
    (tries, wish, dice, seconds) => {
      expect(secondsTo(nextTryAt(tries, now, dice, wish))).toBeCloseTo(seconds, 3);
    },
  );

  test('comes never after the tenth, whatever the receiver wishes', () => {
    expect(nextTryAt(10, now, 0.5, 60)).toBeNull();
  });

  test('is a probe no sooner than wished, where it is failing', () => {
    expect(secondsTo(nextProbeAt(5, now, 0.5))).toBe(5);
    expect(secondsTo(nextProbeAt(5, now, 0.5, 900))).toBeCloseTo(990, 3);
    expect(secondsTo(nextProbeAt(30, now, 0.5, 1))).toBe(600);
  });
});
