// What a refusal means in plain words, and what can still be done about it. Pure: keys of texts and their values.

import type { Action, Conflict, HistoryEntry, NewAction, ProblemDocument } from '../../data/model.ts';
import { NOT_OURS } from '../../data/requests.ts';
import type { fr } from '../../i18n/texts/conflicts.ts';
import type { TextKey } from '../../i18n/words.ts';

type OwnKey = keyof typeof fr;
type Coded<Key> = Key extends `refusal.${infer Code}` ? Code : never;
type HistoryTyped<Key> = Key extends `history.${infer Type}` ? Type : never;
export type KnownRefusal = Coded<OwnKey>;
type KnownHistory = HistoryTyped<OwnKey>;

/** Codes of problems that have words here. Others show the detail that the server gave. */
export const REFUSALS = [
  'wrong-pickup-code',
  'pickup-locked',
  'wrong-handover',
  'invalid-transition',
  'already-taken',
  'unknown-reservation',
  'unknown-line',
  'units-not-here',
  'lines-not-picked',
  'nothing-picked',
  'awaiting-transfer',
  'nothing-to-put-back',
  'stale-count',
  'insufficient-stock',
  'reservation-expired',
  'order-reference-taken',
  'pickup-disabled',
  'unknown-item',
  'unknown-location',
  'unknown-transfer',
  'nothing-to-ship',
  'reservation-unconfirmed',
  'nothing-to-substitute',
  'line-exists',
  'occurred-in-the-future',
  'occurred-too-early',
  'level-out-of-range',
  'not-supplied',
  'invalid-request',
  'forbidden',
  'not-found',
  'not-a-problem',
  'other-location',
] as const satisfies readonly KnownRefusal[];

/** The words for a refusal; null where only the server's own detail tells. */
export function refusalKey({ code }: Pick<ProblemDocument, 'code'>): OwnKey | null {
  return isKnown(code) ? `refusal.${code}` : null;
}

const HISTORY: readonly string[] = [
  'held',
  'confirmed',
  'picking',
  'picked',
  'ready',
  'collected',
  'cancelled',
  'expired',
  'returned',
  'refused',
  'acknowledged',
  'substituted',
  'unacknowledged',
  'transfer',
  'at_risk',
] satisfies KnownHistory[];

/** The words for an entry of a history, by the type of its event (`reservation.cancelled`) and what it says of it. */
export function historyKey({ type, data }: Pick<HistoryEntry, 'type' | 'data'>): OwnKey | null {
  if (data?.putBack === true) return 'history.putBack';
  if (data?.reopened === true) return 'history.reopened';
  const name = type.replace(/^reservation\./, '');
  return isKnownHistory(name) ? `history.${name}` : null;
}

/** What was done, as a noun: `collect` is a hand-over. */
export function deedKey({ kind }: Pick<Action, 'kind'>): TextKey {
  return `deed.${kind}`;
}

/** How many units it was about, where it names them. */
export function unitsOf(action: Action): number | null {
  switch (action.kind) {
    case 'pick':
      return action.body.lines.reduce((total, { picked }) => total + picked, 0);
    case 'return':
      return action.body.lines.reduce((total, { quantity }) => total + quantity, 0);
    case 'collect':
    case 'refuse':
      return action.body.lines?.reduce((total, { quantity }) => total + quantity, 0) ?? null;
    case 'shipTransfer':
      return action.body.lines.reduce((total, { quantity }) => total + quantity, 0);
    case 'receiveTransfer':
      return action.body.lines.reduce((total, { received }) => total + received, 0);
    case 'count':
      return action.body.onHand;
    case 'start':
    case 'ready':
    case 'reopen':
    case 'cancel':
    case 'putBack':
    case 'acknowledge':
    case 'substitute':
    case 'sell':
      return null;
  }
}

/** Refusals that the same request may outlive: something has to change first, and may have. */
const MAY_PASS: ReadonlySet<string> = new Set([
  'already-taken',
  'pickup-locked',
  'insufficient-stock',
  'stale-count',
  'lines-not-picked',
  'awaiting-transfer',
  'units-not-here',
  'reservation-unconfirmed',
]);

/** The action to do again, as it was or, for an order that somebody else has, as a take-over; null: it would be refused again. */
export function redoOf({ action, problem, because }: Conflict): NewAction | null {
  const input = inputOf(action);
  // It was never sent: once the first is settled it may well be right.
  if (because !== null) return input;
  // The server has not decided anything.
  if (problem.code === NOT_OURS) return input;
  if (!MAY_PASS.has(problem.code)) return null;
  if (input.kind === 'start') return { ...input, body: { ...input.body, takeOver: true } };
  // A person has counted: what was expected before says nothing any more.
  if (input.kind === 'count') return { ...input, body: { sku: input.body.sku, onHand: input.body.onHand } };
  return input;
}

/** The conflicts as they are shown: each with those that were held back because of it. */
export function grouped(conflicts: readonly Conflict[]): { conflict: Conflict; heldBack: Conflict[] }[] {
  const ids = new Set(conflicts.map(({ action }) => action.id));
  return conflicts
    .filter(({ because }) => because === null || !ids.has(because))
    .map((conflict) => ({
      conflict,
      heldBack: conflicts.filter(({ because }) => because === conflict.action.id),
    }));
}

function inputOf(action: Action): NewAction {
  const {
    id: _id,
    at: _at,
    sequence: _sequence,
    location: _location,
    knownVersion: _knownVersion,
    state: _state,
    problem: _problem,
    because: _because,
    meanwhile: _meanwhile,
    ...input
  } = action;
  return input;
}

function isKnown(code: string): code is KnownRefusal {
  return REFUSALS.some((known) => known === code);
}

function isKnownHistory(name: string): name is KnownHistory {
  return HISTORY.includes(name);
}
