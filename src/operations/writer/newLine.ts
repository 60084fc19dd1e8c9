// A line as it begins: nothing held yet, nothing done.
import type { ReservationLine } from '../../domain/reservation.ts';
import type { Batch } from './batch.ts';

export function newLine(
  batch: Batch,
  sku: string,
  quantity: number,
  substitutes: string | null = null,
): ReservationLine {
  return {
    itemId: batch.item(sku).id,
    sku,
    quantity,
    reserved: 0,
    awaited: 0,
    picked: 0,
    missing: 0,
    missingReason: null,
    refused: 0,
    substitutes,
    aisle: null,
    collected: 0,
    sold: 0,
    returned: 0,
    returnedSold: 0,
    atRisk: false,
    reservedAt: batch.now,
    // Until it holds something.
    releasedAt: batch.now,
  };
}
