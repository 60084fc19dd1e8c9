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

const RETRYABLE_SOCKET = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']);

function driverError(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

/** True when running the same transaction again, whole, may succeed. Its writes were rolled back. */
export function isRetryable(error: unknown): boolean {
  const cause = driverError(error);
  if (cause instanceof pg.DatabaseError) return RETRYABLE.has(cause.code ?? '');
  return cause instanceof Error && 'code' in cause && RETRYABLE_SOCKET.has(String(cause.code));
}

/** The name of the constraint that refused the write, or null when none did. */
export function violatedConstraint(error: unknown): string | null {
  const cause = driverError(error);
  const isViolation = cause instanceof pg.DatabaseError && (cause.code ?? '').startsWith('23');
  return isViolation ? (cause.constraint ?? null) : null;
}

/** True when the database could not be reached or had no free connection in time. */
export function isUnavailable(error: unknown): boolean {
  const cause = driverError(error);
  if (cause instanceof pg.DatabaseError) return /^(08|57P|53)/.test(cause.code ?? '');
  if (!(cause instanceof Error)) return false;
  return (
    ('code' in cause && /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT)/.test(String(cause.code))) ||
    cause.message.includes('timeout exceeded when trying to connect') ||
    cause.message.includes('Connection terminated')
  );
}
