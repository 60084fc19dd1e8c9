// How answers of the stock writer are made and given: as text, kept with the effect, sent again word for word.
// Knows the writer and problems on the wire; no resource.

import { mayUse } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import type { Reservation } from '../domain/reservation.ts';
import type { StockOperation } from '../operations/writer/operation.ts';
import type { Actor, Admit, Answer, Outcome, Submitted } from '../operations/writer/outcome.ts';
import { findShift } from '../queries/staff.ts';
import type { Deps } from './deps.ts';
import { requireMatch, tagBeside, versionsIn, versionTag } from './etag.ts';
import { replayHeaders } from './idempotency.ts';
import { problemDocument, problemHeaders } from './problems.ts';
import type { Call, Reply } from './route.ts';
import { isSeller } from './storeToWeb.ts';

/** What of a reservation or a transfer its tag is made of. */
export type Tagged = {
  version: number;
  lines: readonly { atRisk: boolean; aisle?: string | null | undefined }[];
};

/**
 * The tag of a reservation or a transfer as it is shown: also of which lines are at risk and where their items stand, as
 * stock and shelves change that and make no new version.
 */
export function shownTag({ version, lines }: Tagged): string {
  const isPlain = lines.every(({ atRisk, aisle = null }) => !atRisk && aisle === null);
  return tagBeside(version, isPlain ? null : lines.map(({ atRisk, aisle = null }) => [atRisk, aisle]));
}

/** With If-Match, refuses another version than it names; what is shown beside versions is no part of that. */
export function requireVersion(call: Pick<Call, 'header'>, version: number): void {
  requireMatch(versionsIn(call.header('if-match')), versionTag(version));
}

/** Who a caller is to the history of what it changes. */
export function actorOf(call: Pick<Call, 'caller'>): Actor {
  return { keyId: call.caller.keyId, name: call.caller.name };
}

/**
 * The same, but at a tablet with a shift the person. Asked of the database each time: a name from memory might be that
 * of the shift before, and a store's staff move a few orders a minute.
 */
export async function moverOf(
  call: Pick<Call, 'caller'>,
  { database }: Pick<Deps, 'database'>,
): Promise<Actor> {
  const { keyId, name, deviceId } = call.caller;
  const shift = deviceId === null ? null : await findShift(database, deviceId);
  return { keyId, name: shift?.name ?? name };
}

/**
 * Which reservations this call may touch: those of the caller's locations, for a browser's key only its own, and,
 * with If-Match, only the version that it names. Those that its store sold and another one prepares it may see, and
 * change only where `sellersToo`: 403.
 */
export function admitFor(call: Pick<Call, 'caller' | 'header'>, sellersToo = false): Admit {
  return (reservation) => {
    if (!maySeeReservation(call, reservation)) return false;
    if (!sellersToo && !mayUse(call.caller, reservation.location)) {
      throw new Problem('forbidden', `${reservation.location} prepares it: this is for its own staff.`);
    }
    requireVersion(call, reservation.version);
    return true;
  };
}

export function maySeeReservation({ caller }: Pick<Call, 'caller'>, reservation: Reservation): boolean {
  if (mayUse(caller, reservation.location)) {
    return caller.kind !== 'publishable' || reservation.keyId === caller.keyId;
  }
  return caller.kind !== 'publishable' && isSeller(caller, reservation);
}

/** An answer, and what it was made of where that was just now: nobody takes apart what he has put together. */
export type Told = Submitted & { made?: Made };

type Made = { shown: unknown } | { refusal: Problem };

/** A request of one command: its answer is `show` of what the operation gave, or the problem that refused it. */
export async function submitOne<Command, Value>(
  call: Call,
  deps: Deps,
  operation: StockOperation<Command, Value>,
  command: Command,
  ok: { status: number; show: (value: Value) => unknown; refine?: (problem: Problem) => Problem },
): Promise<Told> {
  let made: Made | undefined;
  const submitted = await deps.stock.submit({
    operation,
    commands: [command],
    idempotency: call.idempotency,
    // A batch that lost a race asks again: the last answer is the one that was kept.
    answer([outcome]) {
      made = madeOf(outcome, ok);
      return answerOf(made, ok.status);
    },
  });
  return made === undefined || submitted.replayed ? submitted : { ...submitted, made };
}

function madeOf<Value>(
  outcome: Outcome<Value> | undefined,
  ok: { show: (value: Value) => unknown; refine?: (problem: Problem) => Problem },
): Made {
  if (outcome === undefined) throw new Error('a command got no outcome');
  if (outcome.ok) return { shown: ok.show(outcome.value) };
  return { refusal: ok.refine?.(outcome.problem) ?? outcome.problem };
}

function answerOf(made: Made, status: number): Answer {
  if ('shown' in made) return { status, body: JSON.stringify(made.shown) };
  const { code, message, extras } = made.refusal;
  return { status: made.refusal.status, body: JSON.stringify({ code, detail: message, extras }) };
}

/** The problem that a kept answer is, or null for one that succeeded. */
export function refusalOf({ status, body, made }: Told): Problem | null {
  if (status < 400) return null;
  if (made !== undefined && 'refusal' in made) return made.refusal;
  const { code, detail, extras } = JSON.parse(body);
  return new Problem(code, detail, extras);
}

/** What a kept answer shows. */
function shownBy({ body, made }: Told): Tagged & { id: string } {
  return made !== undefined && 'shown' in made ? (made.shown as Tagged & { id: string }) : JSON.parse(body);
}

/** A refusal as it goes out: the same every time, but for the request's id and what is told beside it from memory. */
export function replyOfRefusal(problem: Problem, submitted: Submitted, call: Call, path: string): Reply {
  const headers = { ...problemHeaders(problem), ...replayed(submitted) };
  return {
    status: problem.status,
    body: problemDocument(problem, { path, requestId: call.requestId }),
    headers,
  };
}

/** A reservation or a transfer as it goes out, with its tag; one that was made, under `collection`, with its address. */
export function replyOfResource(submitted: Told, collection?: string): Reply {
  const shown = shownBy(submitted);
  const headers = collection === undefined ? {} : { Location: `${collection}/${shown.id}` };
  return {
    status: submitted.status,
    json: submitted.body,
    etag: shownTag(shown),
    headers: { ...headers, ...replayed(submitted) },
  };
}

export function replayed(submitted: Submitted): Record<string, string> {
  return submitted.replayed ? { ...replayHeaders } : {};
}
