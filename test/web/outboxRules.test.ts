// The outbox's rules: what is sent next, and what an answer means for those that rest on it.
import { describe, expect, test } from '@jest/globals';
import type { HistoryEntry, ProblemDocument } from '../../src/web/tablet/src/data/model.ts';
import {
  backoffOf,
  isFiltered,
  meanwhileOf,
  nextToSend,
  resumed,
  verdictOf,
  withoutConflict,
  withRefusal,
  withTaken,
} from '../../src/web/tablet/src/data/outboxRules.ts';
import { conflictsOf } from '../../src/web/tablet/src/data/projection.ts';
import { actionOf } from '../support/tabletOrders.ts';

const problem: ProblemDocument = {
  type: '/problems/invalid-transition',
  title: 'The state does not allow this',
  status: 409,
  detail: 'It is cancelled.',
  code: 'invalid-transition',
};

describe('an answer', () => {
  test.each([
    [200, null, 'taken'],
    [201, null, 'taken'],
    [0, 'no-answer', 'later'],
    [408, 'request-timeout', 'later'],
    [429, 'rate-limited', 'later'],
    [500, 'internal-error', 'later'],
    [503, 'overloaded', 'later'],
    [409, 'idempotency-key-in-use', 'later'],
    [401, 'unauthorized', 'revoked'],
    [401, 'not-a-problem', 'later'],
    [403, 'not-a-problem', 'later'],
    [400, 'invalid-request', 'refused'],
    [403, 'wrong-pickup-code', 'refused'],
    [404, 'unknown-reservation', 'refused'],
    [409, 'invalid-transition', 'refused'],
    [422, 'idempotency-key-reused', 'refused'],
    [423, 'pickup-locked', 'refused'],
  ])('of %i %s means %s', (status, code, verdict) => {
    expect(verdictOf(status, code)).toBe(verdict);
  });
});

test.each([
  [403, 'not-a-problem', true],
  [413, 'not-a-problem', true],
  [401, 'not-a-problem', false],
  [407, 'not-a-problem', false],
  [429, 'not-a-problem', false],
  [502, 'not-a-problem', false],
  [403, 'forbidden', false],
])('whether %i %s is a filter’s word on this very request: %s', (status, code, isOne) => {
  expect(isFiltered(status, code)).toBe(isOne);
});

test('the oldest is sent next, whatever it is about; a refused one never is', () => {
  const [first, second, third] = [
    actionOf('start', {}),
    actionOf('ready', {}),
    actionOf('start', {}, { subject: 'rsv_2' }),
  ];
  expect(nextToSend([third, second, first])).toBe(first);
  expect(nextToSend([third, { ...first, state: 'refused' }, second])).toBe(second);
  expect(nextToSend([{ ...first, state: 'refused' }])).toBeNull();
});

test('what was being sent when the page ended waits again, under its own key', () => {
  const action = actionOf('start', {}, { state: 'sending' });
  expect(resumed([action])).toEqual([{ ...action, state: 'waiting' }]);
});

test('a refusal holds back what was done after it to the same order, and nothing else', () => {
  const before = actionOf('start', {});
  const refused = actionOf('pick', { lines: [{ sku: 'TABLE', picked: 2 }] });
  const resting = actionOf('ready', {});
  const other = actionOf('start', {}, { subject: 'rsv_2' });
  const after = withRefusal([before, refused, resting, other], refused.id, problem);
  expect(after.map(({ state }) => state)).toEqual(['waiting', 'refused', 'refused', 'waiting']);
  expect(conflictsOf(after)).toMatchObject([
    { action: { id: refused.id }, problem, because: null },
    { action: { id: resting.id }, problem, because: refused.id },
  ]);
});

test('a conflict stays until a person dismisses it, and then takes along those that it held back', () => {
  const [refused, resting, later] = [
    actionOf('start', {}),
    actionOf('ready', {}),
    actionOf('start', {}, { subject: 'rsv_2' }),
  ];
  const list = withRefusal([refused, resting, later], refused.id, problem);
  expect(withoutConflict(list, refused.id)).toEqual([later]);
  expect(withoutConflict(list, later.id)).toEqual(list);
});

test('what waits for an order has seen its own tablet’s changes, and not those of others in between', () => {
  const [start, ready] = [actionOf('start', {}), actionOf('ready', {})];
  expect(withTaken([start, ready], start, 4)).toMatchObject([{ id: ready.id, knownVersion: 4 }]);
  expect(withTaken([start, ready], start, 5)).toMatchObject([{ id: ready.id, knownVersion: 3 }]);
});

test('what happened meanwhile is what the person had not seen', () => {
  const entry = (version: number, at: string): HistoryEntry => ({
    version,
    type: 'reservation.cancelled',
    from: 'confirmed',
    to: 'cancelled',
    by: 'shop',
    at,
    data: null,
  });
  const history = [entry(3, '2026-03-02T09:00:00Z'), entry(4, '2026-03-02T09:20:00Z')];
  expect(meanwhileOf(actionOf('start', {}), history)).toEqual([history[1]]);
  expect(meanwhileOf({ ...actionOf('start', {}), knownVersion: null }, history)).toEqual([]);
});

test('tries come further and further apart, up to half a minute', () => {
  expect([0, 1, 2, 6, 50].map(backoffOf)).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
});
