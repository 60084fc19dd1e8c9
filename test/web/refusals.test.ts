// Refused actions: their words, what belongs together, and what may be done again.
import { expect, test } from '@jest/globals';
import { PUBLIC_EVENT_TYPES } from '../../src/domain/event.ts';
import { PROBLEMS } from '../../src/domain/problem.ts';
import type { Action, Conflict } from '../../src/web/tablet/src/data/model.ts';
import { fr } from '../../src/web/tablet/src/i18n/fr.ts';
import {
  grouped,
  historyKey,
  REFUSALS,
  redoOf,
  refusalKey,
} from '../../src/web/tablet/src/screens/conflicts/refusals.ts';
import { actionOf } from '../support/tabletOrders.ts';

const conflictOf = (action: Action, code: string, because: string | null = null): Conflict => ({
  action,
  problem: { type: `/problems/${code}`, title: code, status: 409, detail: '', code },
  because,
  meanwhile: [],
});

/** The tablet's own. */
const OWN = ['not-a-problem', 'other-location'];

test('every refusal that has words is one that the server or the tablet makes', () => {
  const known: readonly string[] = [...Object.keys(PROBLEMS), ...OWN];
  expect(REFUSALS.filter((code) => !known.includes(code))).toEqual([]);
  expect(refusalKey({ code: 'already-taken' })).toBe('refusal.already-taken');
  expect(refusalKey({ code: 'unheard-of' })).toBeNull();
});

test('all that has words is listed', () => {
  const worded = Object.keys(fr).filter((key) => key.startsWith('refusal.'));
  expect(worded.sort()).toEqual(REFUSALS.map((code) => `refusal.${code}`).sort());
});

test('every event of a reservation’s life has words', () => {
  const types = PUBLIC_EVENT_TYPES.filter((type) => type.startsWith('reservation.'));
  expect(types.filter((type) => historyKey({ type, data: null }) === null)).toEqual([]);
});

test('what an entry says of itself goes before its type', () => {
  const type = 'reservation.cancelled';
  expect(historyKey({ type, data: { putBack: true } })).toBe('history.putBack');
  expect(historyKey({ type: 'reservation.picking', data: { reopened: true } })).toBe('history.reopened');
});

test('what was held back stands under the action because of which it was', () => {
  const first = conflictOf(actionOf('start', {}), 'already-taken');
  const second = conflictOf({ ...actionOf('ready', {}), id: 'second' }, 'already-taken', first.action.id);
  expect(grouped([first, second])).toEqual([{ conflict: first, heldBack: [second] }]);
  expect(grouped([second])).toEqual([{ conflict: second, heldBack: [] }]);
});

test('a start is done again as a take-over, and carries nothing of the refused one', () => {
  const { subject } = actionOf('start', {});
  expect(redoOf(conflictOf(actionOf('start', { staff: 'Amélie' }), 'already-taken'))).toEqual({
    kind: 'start',
    subject,
    body: { staff: 'Amélie', takeOver: true },
  });
});

test('what a filter on the way refused is done again as it was', () => {
  const { kind, subject, body } = actionOf('start', { staff: 'Amélie' });
  const filtered = conflictOf(actionOf('start', { staff: 'Amélie' }), 'not-a-problem');
  expect(redoOf(filtered)).toEqual({ kind, subject, body });
});

test('a count is done again without what was expected before', () => {
  const action = actionOf('count', { sku: 'TABLE', onHand: 3, expected: 5 });
  expect(redoOf(conflictOf(action, 'stale-count'))?.body).toEqual({ sku: 'TABLE', onHand: 3 });
});

test('what would be refused again is not offered again', () => {
  expect(redoOf(conflictOf(actionOf('start', {}), 'invalid-transition'))).toBeNull();
  expect(redoOf(conflictOf(actionOf('collect', { pickupCode: '1' }), 'wrong-pickup-code'))).toBeNull();
});
