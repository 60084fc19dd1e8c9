// Keeps the description of a source. What is not different is not written: no new version, no event.
import type { Guard } from '../domain/saved.ts';
import { describesSource, type SourceInput, type SourceRecord } from '../domain/source.ts';
import { insertEvents } from '../queries/events.ts';
import { describeSource, lockSource, makeSource } from '../queries/sources.ts';
import type { Tx } from '../queries/transaction.ts';

export type SaveSource = { name: string; input: SourceInput; guard: Guard };
export type SavedSource = { outcome: 'created' | 'updated' | 'unchanged'; record: SourceRecord };

/** Refuses with precondition-failed. A source that has spoken is there already: describing it updates it. */
export async function saveSource(
  tx: Tx,
  { name, input, guard }: SaveSource,
  now: Date,
): Promise<SavedSource> {
  // Made first, so that there is a row to lock; taken back with the transaction where the guard refuses.
  const isNew = await makeSource(tx, name, now);
  const before = await locked(tx, name);
  guard(isNew ? null : before.version);
  if (!isNew && describesSource(before, input)) return { outcome: 'unchanged', record: before };
  await describeSource(tx, name, input, now);
  const record = await locked(tx, name);
  await insertEvents(tx, [
    {
      type: 'source.changed',
      occurredAt: now,
      location: null,
      subject: name,
      version: record.eventVersion,
      data: {
        source: name,
        kind: record.kind,
        rank: record.rank,
        heartbeatSeconds: record.heartbeatSeconds,
      },
    },
  ]);
  return { outcome: isNew ? 'created' : 'updated', record };
}

async function locked(tx: Tx, name: string): Promise<SourceRecord> {
  const source = await lockSource(tx, name);
  if (source === null) throw new Error(`source ${name} is gone`);
  return source;
}
