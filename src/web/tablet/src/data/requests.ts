// What an action sends: which calls, with which key and body. Pure, and always the same for one action: a body that
// changed between two tries would be another request under the same Idempotency-Key.
import type { Action, ActionKind, ProblemDocument } from './model.ts';

export type Request = { path: string; key: string; body: unknown };

/** The source of what is counted with tablets. */
const SOURCE = 'tablet';

const RESERVATION_MOVES = {
  start: 'start',
  pick: 'pick',
  ready: 'ready',
  reopen: 'reopen',
  collect: 'collect',
  refuse: 'refuse',
  cancel: 'cancel',
  putBack: 'put-back',
  return: 'return',
  acknowledge: 'acknowledge',
  substitute: 'substitute',
} as const satisfies Partial<Record<ActionKind, string>>;

const TRANSFER_MOVES = { receiveTransfer: 'receive', shipTransfer: 'ship' } as const;

function isTransferMove(kind: ActionKind): kind is keyof typeof TRANSFER_MOVES {
  return kind in TRANSFER_MOVES;
}

/** Moves of reservations take when the person did it; transfers, whose figures are totals, refuse unknown fields. */
function takesOccurredAt(kind: ActionKind): boolean {
  return kind in RESERVATION_MOVES;
}

/** The next call of an action, given the answers to those before; null when all are made. */
export function nextRequest(action: Action, answers: readonly unknown[]): Request | null {
  if (action.kind === 'sell') return nextOfSale(action, answers);
  if (answers.length > 0) return null;
  const { id: key, subject } = action;
  if (action.kind === 'count') return { path: '/v1/stock/counts', key, body: countBody(action) };
  const path = isTransferMove(action.kind)
    ? `/v1/transfers/${encodeURIComponent(subject)}/${TRANSFER_MOVES[action.kind]}`
    : `/v1/reservations/${encodeURIComponent(subject)}/${RESERVATION_MOVES[action.kind]}`;
  return { path, key, body: timed(action) };
}

/** A call may succeed and still refuse what was in it: a count's answer has an outcome for each. */
export function refusalIn(action: Action, answer: unknown): ProblemDocument | null {
  if (action.kind !== 'count') return null;
  const [outcome] = elementsOf(answer);
  if (!isRecord(outcome) || outcome.outcome !== 'rejected' || !isRecord(outcome.problem)) return null;
  return asProblem(outcome.problem);
}

/** The code of an answer that is not the server's: a proxy's page, which decides nothing. */
export const NOT_OURS = 'not-a-problem';

/** A refusal as it came, with what is missing of it made up. */
export function asProblem(found: Record<string, unknown>): ProblemDocument {
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  const code = text(found.code, 'internal-error');
  return {
    ...found,
    type: text(found.type, `/problems/${code}`),
    title: text(found.title, code),
    detail: text(found.detail, ''),
    status: typeof found.status === 'number' ? found.status : 409,
    code,
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function timed(action: Action): unknown {
  return takesOccurredAt(action.kind) ? { ...action.body, occurredAt: action.at } : action.body;
}

function countBody({ id, at, location, body }: Extract<Action, { kind: 'count' }>): unknown {
  return { source: SOURCE, counts: [{ ...body, eventId: id, location, countedAt: at }] };
}

function nextOfSale(
  { id, body }: Extract<Action, { kind: 'sell' }>,
  answers: readonly unknown[],
): Request | null {
  const [held, confirmed] = answers;
  if (held === undefined) return { path: '/v1/reservations', key: id, body: body.place };
  if (confirmed !== undefined || !isRecord(held)) return null;
  return { path: `/v1/reservations/${String(held.id)}/confirm`, key: `${id}-confirm`, body: body.confirm };
}

function elementsOf(answer: unknown): readonly unknown[] {
  if (!isRecord(answer)) return [];
  return Object.values(answer).find((value): value is unknown[] => Array.isArray(value)) ?? [];
}
