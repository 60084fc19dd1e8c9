// What staff do beside the straight way of an order: hear of it, undo "ready", replace what is missing, take back what
// the customer refuses. The straight way is in preparation.ts.
import { z } from 'zod';
import { EXAMPLE_RESERVATIONS } from '../../domain/exampleIds.ts';
import { skuSchema } from '../../domain/item.ts';
import { LINE_QUANTITY_MAX, LINES_MAX } from '../../domain/reservation.ts';
import { lineOfText } from '../../domain/text.ts';
import { acknowledgeReservation } from '../../operations/acknowledgeReservation.ts';
import { refuseLines } from '../../operations/refuseLines.ts';
import { reopenReservation } from '../../operations/reopenReservation.ts';
import { substituteLine } from '../../operations/substituteLine.ts';
import { commonOfStaff, moveRoute, TOLD_PROBLEMS, told, visibleReservation } from '../reservationMove.ts';
import type { AnyRoute } from '../route.ts';

const acknowledge = moveRoute({
  name: 'acknowledge',
  operationId: 'acknowledgeReservation',
  summary: 'Stop the alert',
  description:
    'Somebody in the store has heard of the order: `acknowledgedAt` is set, and its tablets stop ringing. `start` does so too. Doing it again, or for an order that no longer rings, changes nothing. Where nobody does, `reservation.unacknowledged` is told once.',
  body: z.strictObject({ ...told }),
  problems: [...TOLD_PROBLEMS],
  example: { summary: 'Heard', params: { id: EXAMPLE_RESERVATIONS.acknowledge }, body: {} },
  operation: acknowledgeReservation,
  command: commonOfStaff,
});

const reopen = moveRoute({
  name: 'reopen',
  operationId: 'reopenReservation',
  summary: 'Undo ready',
  description:
    'From `ready` back to `picking`, with what was picked, for whoever calls. Not once a part of it was handed over or refused.',
  body: z.strictObject({ reason: lineOfText(200).optional(), ...told }),
  problems: [...TOLD_PROBLEMS],
  example: {
    summary: 'Too early',
    params: { id: EXAMPLE_RESERVATIONS.reopen },
    body: { reason: 'A plate is chipped' },
  },
  operation: reopenReservation,
  command: (call, actor) => ({
    ...commonOfStaff(call, actor),
    staff: actor.name,
    reason: call.body.reason ?? null,
  }),
});

const units = z.int().min(1).max(LINE_QUANTITY_MAX);

const refuse = moveRoute({
  name: 'refuse',
  operationId: 'refuseReservation',
  summary: 'The customer does not take it',
  description:
    'At the counter, instead of `collect`: all that is left or, with `lines`, a part. Those units go to the put-back list and are available after `put-back`. What is then left stays `ready`; when nothing is left, the order ends as `collected` where the customer took some of it, and as `cancelled` otherwise.',
  body: z.strictObject({
    reason: lineOfText(200),
    lines: z
      .array(z.strictObject({ sku: skuSchema, quantity: units }))
      .min(1)
      .max(LINES_MAX)
      .refine((lines) => new Set(lines.map(({ sku }) => sku)).size === lines.length, 'must not repeat a sku')
      .optional(),
    ...told,
  }),
  problems: ['wrong-handover', 'unknown-line', 'units-not-here', ...TOLD_PROBLEMS],
  example: {
    summary: 'Two plates stay here',
    params: { id: EXAMPLE_RESERVATIONS.refuse },
    body: { reason: 'Another white', lines: [{ sku: 'ASSIETTE-PLATE-GRES-BLANC-27', quantity: 2 }] },
  },
  operation: refuseLines,
  command: (call, actor) => ({
    ...commonOfStaff(call, actor),
    reason: call.body.reason,
    lines: call.body.lines ?? null,
  }),
});

const substitute = moveRoute({
  name: 'substitute',
  operationId: 'substituteLine',
  summary: 'Replace what is missing',
  description:
    'While it is picked: a line of which units are missing gets another item beside it, which is held here in the same step, or refused with 409 `insufficient-stock`. The new line names what it replaces as `substitutes`, and is picked like any other. `consent` says that the customer agreed; it is kept in the history.',
  body: z.strictObject({
    sku: skuSchema,
    by: z.strictObject({ sku: skuSchema, quantity: units }),
    consent: z.strictObject({ givenBy: z.literal('customer'), note: lineOfText(200).optional() }),
    ...told,
  }),
  problems: [
    'unknown-item',
    'unknown-line',
    'nothing-to-substitute',
    'line-exists',
    'insufficient-stock',
    ...TOLD_PROBLEMS,
  ],
  example: {
    summary: 'Two blue plates for two white ones',
    params: { id: EXAMPLE_RESERVATIONS.substitute },
    body: {
      sku: 'ASSIETTE-PLATE-GRES-BLANC-27',
      by: { sku: 'ASSIETTE-PLATE-GRES-BLEU-27', quantity: 2 },
      consent: { givenBy: 'customer', note: 'By telephone' },
    },
  },
  operation: substituteLine,
  async command(call, actor, deps) {
    const { location } = await visibleReservation(call, deps);
    const { sku, by, consent } = call.body;
    return { ...commonOfStaff(call, actor), location, sku, by, consent };
  },
});

export const counterRoutes: readonly AnyRoute[] = [acknowledge, substitute, reopen, refuse];
