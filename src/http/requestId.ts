// The id that one request has in its answer and in the log. Runs for every request.
import { newId } from '../newId.ts';

/** What a client may choose as its request id: it goes into logs and headers. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** The id that a client sent, when it may; else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : newRequestId();
}

export function newRequestId(): string {
  return newId('req', new Date());
}
