// The event table: facts go in with their transaction and come out in windows between two snapshots.
// Owns the SQL of the feed; knows neither consumers nor cursors as text.
import type { NewEvent } from '../domain/event.ts';
import type { Tx } from './transaction.ts';

export type { NewEvent } from '../domain/event.ts';

const INSERT = `
  INSERT INTO events (type, occurred_at, location, subject, version, data)
  SELECT type, occurred_at, location, subject, version, data::json
  FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::text[])
    WITH ORDINALITY AS event (type, occurred_at, location, subject, version, data, position)
  ORDER BY position`;

/**
 * Records facts in the transaction that makes them true, in the order given. The transaction must hold the lock of
 * each subject's row before it calls this: ids are taken here, and their order per subject is the order of commit.
 */
export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.run('insert_events', INSERT, [
    events.map((event) => event.type),
    events.map((event) => event.occurredAt.toISOString()),
    events.map((event) => event.location),
    events.map((event) => event.subject),
    events.map((event) => event.version),
    events.map((event) => JSON.stringify(event.data)),
  ]);
}
