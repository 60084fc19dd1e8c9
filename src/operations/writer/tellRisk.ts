// What a batch leaves short, and the events that tell it, each once: when a line becomes at risk, not while it is.
// Only the database knows all that a level owes, so this is found out after the batch is written, before its COMMIT.
import type { Level } from '../../domain/level.ts';
import { transferFacts } from '../../domain/transfer.ts';
import { flagLinesAtRisk, type LineAtRisk, type SentLineAtRisk } from '../../queries/atRisk.ts';
import type { NewEvent } from '../../queries/events.ts';
import type { Tx } from '../../queries/transaction.ts';
import { readTransfers } from '../../queries/transfers.ts';
import type { Batch } from './batch.ts';

/**
 * Only where units are short now, or were and may be enough again: elsewhere no line is or becomes at risk. An order that
 * ends when it is ready, or of which the customer refuses a part, changes no level before it is put back, and yet wants
 * no more of it.
 */
export function shortLevels(batch: Batch): Level[] {
  const changed = [...batch.changedLevels]
    .filter(([level, { before }]) => isShort(level) || isShort(before))
    .map(([level]) => level);
  const ofOrders = [...batch.changed].flatMap(({ locationId, lines }) =>
    lines.map(({ itemId }) => batch.levelOf(itemId, locationId)).filter(isShort),
  );
  return [...new Set([...changed, ...ofOrders])];
}

function isShort({ reserved, onHand }: Pick<Level, 'reserved' | 'onHand'>): boolean {
  return reserved > onHand;
}

export async function tellRisk(tx: Tx, short: readonly Level[], now: Date): Promise<NewEvent[]> {
  const { lines, sent } = await flagLinesAtRisk(tx, short, now);
  return [
    ...ordersShortHere(lines, now),
    ...(await transfersShort(tx, sent, now)),
    ...ordersShortThere(sent, now),
  ];
}

function ordersShortHere(lines: readonly LineAtRisk[], now: Date): NewEvent[] {
  return [...Map.groupBy(lines, ({ reservationId }) => reservationId)].flatMap(([id, [first, ...others]]) =>
    first === undefined
      ? []
      : atRisk(id, first, now, { lines: [first, ...others].map(({ sku }) => ({ sku })) }),
  );
}

/** The order waits for units that are not where they should be shipped from: short, as if they had not come. */
function ordersShortThere(sent: readonly SentLineAtRisk[], now: Date): NewEvent[] {
  return [...Map.groupBy(sent, ({ transferId }) => transferId).values()].flatMap((lines) => {
    const reservation = lines[0]?.reservation ?? null;
    if (reservation === null) return [];
    const short = lines.map(({ sku, units }) => ({ sku, quantity: units }));
    return atRisk(reservation.id, reservation, now, { reason: 'transfer-short', lines: short });
  });
}

function atRisk(
  id: string,
  { location, version }: { location: string; version: number },
  occurredAt: Date,
  data: Record<string, unknown>,
): NewEvent[] {
  const type = 'reservation.at_risk' as const;
  return [{ type, occurredAt, location, subject: id, version, data: { id, location, ...data } }];
}

/** Told at both ends, as every step of a transfer is. It changes nothing: the event tells the version that it met. */
async function transfersShort(tx: Tx, sent: readonly SentLineAtRisk[], now: Date): Promise<NewEvent[]> {
  const linesOf = Map.groupBy(sent, ({ transferId }) => transferId);
  const transfers = new Map((await readTransfers(tx, [...linesOf.keys()])).map((one) => [one.id, one]));
  return [...linesOf].flatMap(([id, lines]) => {
    const transfer = transfers.get(id);
    if (transfer === undefined) return [];
    const short = lines.map(({ sku, units }) => ({ sku, quantity: units }));
    return [transfer.from, transfer.to].map((location) => ({
      type: 'transfer.at_risk' as const,
      occurredAt: now,
      location,
      subject: id,
      version: transfer.version,
      data: { ...transferFacts(transfer), short },
    }));
  });
}
