// What PostgreSQL's errors mean: which are worth another try, and which constraint spoke.
// Drizzle wraps a driver's error once; this is the one place that unwraps it.
import pg from 'pg';

/** The whole list of SQLSTATEs after which the same transaction may succeed. Anything else is final. */
const RETRYABLE = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '08000', // connection_exception
  '08003', // connection_does_not_exist
  '08006', // connection_failure
]);

/** SQLSTATEs of a statement that others kept waiting: by locks or by a disk that stood still. */
const HELD_UP = new Set([
  '57014', // query_canceled: the statement timeout
  '55P03', // lock_not_available
  '40P01', // deadlock_detected
  '40001', // serialization_failure
]);

const RETRYABLE_SOCKET = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']);

/** What pg says, without a code, when a connection ended before or under a statement. */
const ENDED = /^Connection terminated unexpectedly|is not queryable$/;
/** What pg says, without a code, when no answer came in time. Not worth another try: that waits as long again. */
const SILENT = /^(timeout exceeded when trying to connect|Connection terminated due to|Query read timeout)/;
const UNREACHABLE = /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI_AGAIN)/;

/**
 * The connection was lost while COMMIT ran: the transaction may be there or not. Who can tell which (by a kept
 * answer) may go on; everybody else must not write again, but say so.
 */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super('The connection was lost while the transaction was committed', { cause });
  }
}

function driverError(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

/** True when running the same transaction again, whole, may succeed. Its writes were rolled back. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof CommitUnknown || isSilent(error)) return false;
  const cause = driverError(error);
  if (cause instanceof pg.DatabaseError) return RETRYABLE.has(cause.code ?? '');
  if (!(cause instanceof Error)) return false;
  return ENDED.test(cause.message) || ('code' in cause && RETRYABLE_SOCKET.has(String(cause.code)));
}

/** True when the connection is of no use any more, whatever became of the statement. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof CommitUnknown || isSilent(error)) return true;
  const cause = driverError(error);
  if (cause instanceof pg.DatabaseError) return /^(08|57P)/.test(cause.code ?? '');
  if (!(cause instanceof Error)) return false;
  return ENDED.test(cause.message) || ('code' in cause && UNREACHABLE.test(String(cause.code)));
}

/** Looks at the error itself: its cause may be what the driver did to a connection that was silent. */
function isSilent(error: unknown): boolean {
  const wrapped = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  return error instanceof Error && (SILENT.test(error.message) || SILENT.test(wrapped));
}

/** The name of the constraint that refused the write, or null when none did. */
export function violatedConstraint(error: unknown): string | null {
  const cause = driverError(error);
  const isViolation = cause instanceof pg.DatabaseError && (cause.code ?? '').startsWith('23');
  return isViolation ? (cause.constraint ?? null) : null;
}

/** insufficient_resources, all of them, and query_canceled: the statement took longer than one may. */
const OVERBURDENED = /^(53|57014$)/;

/** True when the database could not be reached, had no free connection or did not get done in time. */
export function isUnavailable(error: unknown): boolean {
  const cause = driverError(error);
  const isOverburdened = cause instanceof pg.DatabaseError && OVERBURDENED.test(cause.code ?? '');
  return isOverburdened || isConnectionLost(error);
}

/** True when a statement took too long or lost against others: nothing is wrong with what it was to write. */
export function isHeldUp(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && HELD_UP.has(cause.code ?? '');
}
