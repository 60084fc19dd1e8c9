// Creates a transfer: its units are held at the source until they are shipped. All lines or nothing.
// When it should arrive comes with the command.
import type { LocationRecord } from '../domain/location.ts';
import { invalid, Problem } from '../domain/problem.ts';
import { EXPECTED_DAYS_MAX, type Transfer } from '../domain/transfer.ts';
import type { Batch } from './writer/batch.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';
import { addTransfer } from './writer/transferSteps.ts';

const DAY_MILLISECONDS = 86_400_000;

export type CreateTransfer = {
  id: string;
  from: string;
  to: string;
  /** Merged: no sku twice. */
  lines: readonly { sku: string; quantity: number }[];
  expectedAt: Date;
  reference: string | null;
  actor: Actor;
};

/** Refuses with invalid-request, unknown-item, unknown-location, insufficient-stock. */
export const createTransfer: StockOperation<CreateTransfer, Transfer> = {
  name: 'createTransfer',

  needs: ({ from, to, lines }) => ({
    levels: lines.flatMap(({ sku }) => [
      { sku, location: from },
      { sku, location: to },
    ]),
    // What is on its way is shown at a level that may never have had a unit.
    createsLevels: { at: [to] },
    endsDueHolds: true,
  }),

  decide(batch, { id, lines, expectedAt, reference, actor, ...ends }) {
    assertExpected(expectedAt, batch.now);
    const from = batch.location(ends.from);
    const to = batch.location(ends.to);
    assertUnpromised(batch, from, lines);
    const transfer = addTransfer(batch, {
      ...{ id, from, to, lines, expectedAt, reference },
      reservationId: null,
      keyId: actor.keyId,
    });
    batch.transfers.record(transfer, 'transfer.created');
    return transfer;
  },
};

/** Under the kept answer, not before it: a request that is sent again much later is still the same request. */
function assertExpected(expectedAt: Date, now: Date): void {
  if (expectedAt <= now) throw invalid('/expectedAt', 'in-the-past', 'must be later than now');
  if (expectedAt.getTime() - now.getTime() <= EXPECTED_DAYS_MAX * DAY_MILLISECONDS) return;
  throw invalid('/expectedAt', 'too-far', `must be within ${EXPECTED_DAYS_MAX} days`);
}

/** The buffer is kept from the web, not from the retailer's own lorries: only what is promised must stay. */
function assertUnpromised(
  batch: Batch,
  from: LocationRecord,
  lines: readonly { sku: string; quantity: number }[],
): void {
  const shortages = lines.flatMap(({ sku, quantity }) => {
    const level = batch.findLevel(batch.item(sku), from);
    const units = level === null ? 0 : Math.max(0, level.onHand - level.reserved);
    return units < quantity ? [{ sku, requested: quantity, available: units }] : [];
  });
  if (shortages.length === 0) return;
  const skus = shortages.map(({ sku }) => sku).join(', ');
  throw new Problem('insufficient-stock', `${from.code} does not have enough of ${skus}.`, { shortages });
}
