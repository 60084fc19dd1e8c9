// A system that reports stock: how far it is trusted, how often it should speak, how often others contradict it.
// Pure; silence is src/domain/buffer.ts's and the job's.
import { z } from 'zod';

export const SOURCE_KINDS = ['pos', 'wms', 'erp', 'tablet', 'shop', 'other'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export const RANK_MAX = 1_000;
/** Less would call a source silent that is merely idle; more would be noticed by people first. */
export const HEARTBEAT_SECONDS = { min: 60, max: 604_800 } as const;

export const sourceInputSchema = z
  .strictObject({
    kind: z.enum(SOURCE_KINDS),
    rank: z
      .int()
      .min(-RANK_MAX)
      .max(RANK_MAX)
      .default(0)
      .meta({ description: 'Between counts of one instant, that of the higher rank governs.' }),
    heartbeatSeconds: z
      .int()
      .min(HEARTBEAT_SECONDS.min)
      .max(HEARTBEAT_SECONDS.max)
      .optional()
      .meta({ description: 'It should speak at least this often. Left out: nobody waits for it.' }),
  })
  .meta({ id: 'SourceInput' });
export type SourceInput = z.output<typeof sourceInputSchema>;

export type SourceRecord = {
  name: string;
  kind: SourceKind;
  rank: number;
  heartbeatSeconds: number | null;
  lastMessageAt: Date | null;
  /** When the latest fact that it told occurred. */
  lastOccurredAt: Date | null;
  silentSince: Date | null;
  countsCompared: number;
  countsDisagreed: number;
  version: number;
  /** Of its events: they tell silences, too, which change no description. */
  eventVersion: number;
  createdAt: Date;
  updatedAt: Date;
};

/** True when the input says what is there already. */
export function describesSource(record: SourceRecord, input: SourceInput): boolean {
  const heartbeatSeconds = input.heartbeatSeconds ?? null;
  return (
    record.kind === input.kind && record.rank === input.rank && record.heartbeatSeconds === heartbeatSeconds
  );
}

/**
 * Two counts of a level further apart are not compared: the longer the time between them, the more of what separates
 * them is what nobody told (theft, breakage, a sale that is still on its way) and not one source's mistake.
 */
export const COMPARED_HOURS_MAX = 24;

export function areComparable(one: Date, other: Date): boolean {
  return Math.abs(one.getTime() - other.getTime()) <= COMPARED_HOURS_MAX * 3_600_000;
}

/** Of its counts that met another source's, the share that said something else; null: none has met one. */
export function disagreementRate({ countsCompared, countsDisagreed }: SourceRecord): number | null {
  return countsCompared === 0 ? null : Math.round((countsDisagreed / countsCompared) * 10_000) / 10_000;
}

/** Seconds since the latest fact that it told occurred; null: it told none. */
export function lagSeconds({ lastOccurredAt }: SourceRecord, now: Date): number | null {
  if (lastOccurredAt === null) return null;
  return Math.max(0, Math.round((now.getTime() - lastOccurredAt.getTime()) / 1_000));
}
