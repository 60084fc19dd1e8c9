// How transfers look on the wire: what is shown, and who may do what at which end.
// Knows shapes and callers; which move is allowed is the domain's.
import { z } from 'zod';
import { mayUse } from '../domain/caller.ts';
import { skuSchema } from '../domain/item.ts';
import { Problem } from '../domain/problem.ts';
import { isShippable, outstanding, TRANSFER_STATUSES, type Transfer } from '../domain/transfer.ts';
import type { AdmitTransfer } from '../operations/writer/transferSteps.ts';
import type { Call } from './route.ts';
import { requireVersion } from './stockAnswers.ts';

export const transferId = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'A transfer’s id.', examples: ['trf_01M805GM0VVZQWX59QYNSPH2WS'] });
export const transferParams = z.strictObject({ id: transferId });

const lineSchema = z.object({
  sku: skuSchema,
  quantity: z.int(),
  shipped: z.int(),
  received: z.int().meta({
    description: 'Arrived fit for sale, in total: on hand at the destination. May exceed `shipped`.',
  }),
  damaged: z.int().meta({ description: 'Arrived and not fit for sale.' }),
  lost: z.int().meta({ description: 'Shipped and never arrived.' }),
  outstanding: z.int().meta({ description: 'Still on its way: `incoming` at the destination.' }),
  atRisk: z.boolean().meta({
    description:
      'Not shipped yet, and on hand at `from` no longer covers it and what was reserved there before it.',
  }),
});

export const transferSchema = z
  .object({
    id: transferId,
    status: z.enum(TRANSFER_STATUSES),
    from: z.string(),
    to: z.string(),
    lines: z.array(lineSchema),
    expectedAt: z.iso.datetime(),
    late: z.boolean().meta({ description: 'It had not all arrived at `expectedAt`, and that was told.' }),
    shippable: z.boolean().meta({
      description:
        'Not shipped yet, and may be: false too while the reservation it feeds is an unconfirmed hold.',
    }),
    reservationId: z.string().nullable().meta({
      description: 'The reservation at the destination that waits for it; null: it fills the shelves.',
    }),
    reference: z.string().nullable(),
    reason: z.string().nullable().meta({ description: 'Why it was cancelled.' }),
    shippedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Transfer' });

export function showTransfer(transfer: Transfer): z.input<typeof transferSchema> {
  return {
    id: transfer.id,
    status: transfer.status,
    from: transfer.from,
    to: transfer.to,
    lines: transfer.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      shipped: line.shipped,
      received: line.received,
      damaged: line.damaged,
      lost: line.lost,
      outstanding: outstanding(line),
      // A line that was shipped or called off a moment ago is at risk no more.
      atRisk: line.atRisk && line.reserved > 0,
    })),
    expectedAt: transfer.expectedAt.toISOString(),
    late: transfer.lateToldAt !== null,
    shippable: isShippable(transfer),
    reservationId: transfer.reservationId,
    reference: transfer.reference,
    reason: transfer.reason,
    shippedAt: transfer.shippedAt?.toISOString() ?? null,
    endedAt: transfer.endedAt?.toISOString() ?? null,
    version: transfer.version,
    createdAt: transfer.createdAt.toISOString(),
    updatedAt: transfer.updatedAt.toISOString(),
  };
}

/** Both ends may look, and call it off. */
export function maySeeTransfer({ caller }: Pick<Call, 'caller'>, { from, to }: Transfer): boolean {
  return mayUse(caller, from) || mayUse(caller, to);
}

/** Who is at one end sees the transfer, and does what is done there only: 403 for the other end's work. */
export function admitAt(call: Pick<Call, 'caller' | 'header'>, end: 'from' | 'to' | 'either'): AdmitTransfer {
  return (transfer) => {
    if (!maySeeTransfer(call, transfer)) return false;
    if (end !== 'either' && !mayUse(call.caller, transfer[end])) {
      throw new Problem('forbidden', `This is for ${transfer[end]} to report.`);
    }
    requireVersion(call, transfer.version);
    return true;
  };
}
