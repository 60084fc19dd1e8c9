// Writes what a batch decided: a handful of set-based statements, then the events that tell it.
// Decides nothing: which lines on hand can no longer serve is found out by tellRisk.ts.

import { stockSubject } from '../../domain/event.ts';
import { available, type Level } from '../../domain/level.ts';
import { reservationFacts } from '../../domain/reservation.ts';
import { transferFacts } from '../../domain/transfer.ts';
import { insertConflicts } from '../../queries/countConflicts.ts';
import { insertEvents, type NewEvent } from '../../queries/events.ts';
import { type StoredAnswer, saveAnswers } from '../../queries/idempotency.ts';
import { updateLevels } from '../../queries/levels.ts';
import { insertMovements } from '../../queries/movements.ts';
import {
  insertLines,
  insertReservations,
  insertTransitions,
  updateLines,
  updateReservations,
} from '../../queries/reservationWrites.ts';
import type { Transaction, Tx } from '../../queries/transaction.ts';
import { insertTransfers, updateTransfers } from '../../queries/transfers.ts';
import type { Batch } from './batch.ts';
import { shortLevels, tellRisk } from './tellRisk.ts';

/** Ends the transaction: what a batch decided and the answers that tell it are there together, or none of it. */
export async function flushBatch(
  tx: Transaction,
  batch: Batch,
  answers: readonly StoredAnswer[],
): Promise<void> {
  const levels = [...batch.changedLevels.keys()];
  for (const level of levels) level.version += 1;
  const tell = (atRisk: readonly NewEvent[]) => [
    insertEvents(tx, [
      ...transferEvents(batch),
      ...reservationEvents(batch),
      ...stockEvents(batch, levels),
      ...atRisk,
    ]),
    saveAnswers(tx, answers),
  ];
  const short = shortLevels(batch);
  if (short.length === 0) {
    await tx.last(() => Promise.all([...write(tx, batch, levels), ...tell([])]));
    return;
  }
  await Promise.all(write(tx, batch, levels));
  const atRisk = await tellRisk(tx, short, batch.now);
  await tx.last(() => Promise.all(tell(atRisk)));
}

/**
 * In this order: a row before those that refer to it. Levels after lines: PostgreSQL, which looks for the level that a line
 * refers to, finds it locked by this transaction already, where of an updated one it locks and logs the new row once more.
 */
function write(tx: Tx, batch: Batch, levels: readonly Level[]): Promise<void>[] {
  const made = [...batch.made];
  const changed = [...batch.changed].filter((reservation) => !batch.made.has(reservation));
  const { transfers } = batch;
  return [
    insertReservations(tx, made),
    insertLines(tx, [
      ...made.flatMap((of) => of.lines.map((line) => ({ of, line }))),
      ...[...batch.addedLines].filter(({ of }) => !batch.made.has(of)),
    ]),
    updateLevels(tx, levels, batch.now),
    updateReservations(tx, changed),
    updateLines(tx, changed),
    insertTransfers(tx, [...transfers.made]),
    updateTransfers(
      tx,
      [...transfers.changed].filter((transfer) => !transfers.made.has(transfer)),
    ),
    insertTransitions(tx, batch.transitions, batch.now),
    insertMovements(tx, batch.movements, batch.now),
    insertConflicts(tx, batch.comparisons, batch.now),
  ];
}

/** One event for each level: the state it has after the batch. States within a batch never existed for others. */
function stockEvents(batch: Batch, levels: readonly Level[]): NewEvent[] {
  return levels.map((level) => ({
    type: 'stock.changed',
    occurredAt: batch.now,
    location: level.location,
    subject: stockSubject(level.sku, level.location),
    version: level.version,
    data: {
      sku: level.sku,
      onHand: level.onHand,
      reserved: level.reserved,
      buffer: level.buffer,
      available: available(level),
      incoming: level.incoming,
      reason: batch.changedLevels.get(level)?.reason ?? 'adjustment',
    },
  }));
}

function reservationEvents(batch: Batch): NewEvent[] {
  return batch.reservationEvents.map(({ type, reservation, data }) => ({
    type,
    occurredAt: batch.now,
    location: reservation.location,
    subject: reservation.id,
    version: reservation.version,
    data: { ...reservationFacts(reservation), ...data },
  }));
}

/**
 * Once for each end, as an event belongs to one location: the same subject and version twice, so that whoever hears
 * both has nothing newer in the second.
 */
function transferEvents(batch: Batch): NewEvent[] {
  return batch.transfers.events.flatMap(({ type, transfer, data }) =>
    [transfer.from, transfer.to].map((location) => ({
      type,
      occurredAt: batch.now,
      location,
      subject: transfer.id,
      version: transfer.version,
      data: { ...transferFacts(transfer), ...data },
    })),
  );
}
