// What goes over the socket: names and shapes of messages in both directions, and problems as clients get them.
// Knows no connection.
import type { Server, Socket } from 'socket.io';
import type { Caller } from '../domain/caller.ts';
import type { EventEnvelope } from '../domain/event.ts';
import type { Position } from '../domain/feedPosition.ts';
import { Problem } from '../domain/problem.ts';
import { isUnavailable } from '../queries/pgError.ts';

export const NAMESPACE = '/live';

export type At = { cursor: string };

export type ServerMessages = {
  event(envelope: EventEnvelope): void;
  /** Caught up: from here on events come as they commit. Again whenever the client had fallen behind. */
  ready(at: At): void;
  /** Events were missed for good: read a snapshot. What comes next is after `cursor`. */
  reset(at: At): void;
  /** Nothing up to here is missing, although no event may have come for a while: resume from here. */
  cursor(at: At): void;
};

export type ClientMessages = {
  /** `{ locations?, skus?, types?, after? }`; answered with `{ ok: true }` or a problem. */
  subscribe(request: unknown, acknowledge: unknown): void;
};

export type SocketData = {
  caller: Caller;
  /** From the handshake: where the first subscription starts. */
  after: Position | null;
};

type NoMessages = Record<string, never>;

export type LiveServer = Server<ClientMessages, ServerMessages, NoMessages, SocketData>;
export type LiveSocket = Socket<ClientMessages, ServerMessages, NoMessages, SocketData>;

export type ProblemData = { type: string; title: string; status: number; detail: string; code: string };

/** The problem that an error is to the client. What is nobody's refusal says nothing about its cause. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return isUnavailable(error)
    ? new Problem('unavailable', 'The database cannot answer right now. Try again in a moment.')
    : new Problem('internal-error', 'Something went wrong on our side.');
}

/** The members that an HTTP problem has too. */
export function problemData(problem: Problem): ProblemData {
  const { extras, title, status, message, code } = problem;
  return { ...extras, type: `/problems/${code}`, title, status, detail: message, code };
}

/** What the client's `connect_error` gets: the problem is its `data`. */
export function connectError(error: unknown): Error & { data: ProblemData } {
  const problem = problemOf(error);
  return Object.assign(new Error(problem.title), { data: problemData(problem) });
}
