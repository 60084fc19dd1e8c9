// The store's moves: staff prepare an order, hand it over, take it back, put it back.
// The shop's are in reservationMoves.ts; which move a state allows is the domain's.
import { z } from 'zod';
import { EXAMPLE_RESERVATIONS } from '../../domain/exampleIds.ts';
import { skuSchema } from '../../domain/item.ts';
import { pickupDeadline } from '../../domain/promise.ts';
import { type Dispatch, LINE_QUANTITY_MAX, LINES_MAX, MISSING_REASONS } from '../../domain/reservation.ts';
import { lineOfText } from '../../domain/text.ts';
import { type CollectReservation, collectReservation } from '../../operations/collectReservation.ts';
import { pickLines } from '../../operations/pickLines.ts';
import { putBackReservation } from '../../operations/putBackReservation.ts';
import { readyReservation } from '../../operations/readyReservation.ts';
import { CONDITIONS, returnLines } from '../../operations/returnLines.ts';
import { startPicking } from '../../operations/startPicking.ts';
import { commonOfStaff, moveRoute, TOLD_PROBLEMS, told, visibleReservation } from '../reservationMove.ts';
import { alternativesTo } from '../reservationPromises.ts';
import { dispatchSchema } from '../reservationSchemas.ts';
import type { AnyRoute } from '../route.ts';

/** What the demo's orders for these examples hold. */
const TABLE = 'TABLE-BASSE-CHENE-80';
const PLATES = 'ASSIETTE-PLATE-GRES-BLANC-27';

const start = moveRoute({
  name: 'start',
  operationId: 'startPicking',
  summary: 'Start to prepare',
  description:
    'A member of staff takes the order. Taken by another: 409 `already-taken` with the name; `takeOver` forces. While units of it are still to come: 409 `awaiting-transfer`.',
  body: z.strictObject({
    staff: lineOfText(100).optional().meta({
      description: 'Who takes it. Absent: whoever has the shift at the tablet, else the key’s name.',
    }),
    takeOver: z.boolean().default(false),
    ...told,
  }),
  problems: ['already-taken', 'awaiting-transfer', ...TOLD_PROBLEMS],
  example: { summary: 'By name', params: { id: EXAMPLE_RESERVATIONS.start }, body: { staff: 'Léa' } },
  operation: startPicking,
  command: (call, actor) => ({
    ...commonOfStaff(call, actor),
    staff: call.body.staff ?? actor.name,
    takeOver: call.body.takeOver,
  }),
});

const units = z.int().min(0).max(LINE_QUANTITY_MAX);
const someUnits = z.int().min(1).max(LINE_QUANTITY_MAX);

/** Each sku at most once: two figures for one line would be two answers. */
function linesOf<Line extends z.ZodType<{ sku: string }>>(line: Line) {
  return z
    .array(line)
    .min(1)
    .max(LINES_MAX)
    .refine((lines) => new Set(lines.map(({ sku }) => sku)).size === lines.length, 'must not repeat a sku');
}

const pick = moveRoute({
  name: 'pick',
  operationId: 'pickLines',
  summary: 'Report what was picked and what is missing',
  description:
    'Figures are totals so far, so that the same report twice is one report. Missing units leave on hand at once and are not sold again; the answer offers `alternatives` for them. Fewer `missing` than before: units were found again, and are on hand and reserved for the order again (not where a transfer feeds it). Units that a till sold are not missing, though a tablet that has not heard of the sale reports them so: `missing` counts only as far as it and `picked` are not more than is still wanted, and a sale that names the order later takes from it what it sold. Where a till sold all that is not missing, the order ends with this: `collected`.',
  body: z.strictObject({
    lines: linesOf(
      z
        .strictObject({
          sku: skuSchema,
          picked: units,
          missing: units.optional(),
          reason: z.enum(MISSING_REASONS).optional(),
        })
        .refine(({ missing = 0, reason }) => missing > 0 || reason === undefined, {
          path: ['reason'],
          message: 'says why units are missing, and none are',
        }),
    ),
    ...told,
  }),
  problems: ['unknown-line', 'units-not-here', ...TOLD_PROBLEMS],
  example: {
    summary: 'Two of six plates are broken',
    params: { id: EXAMPLE_RESERVATIONS.pick },
    body: {
      lines: [
        { sku: TABLE, picked: 1 },
        { sku: PLATES, picked: 4, missing: 2, reason: 'damaged' },
      ],
    },
  },
  operation: pickLines,
  command: (call, actor) => ({
    ...commonOfStaff(call, actor),
    lines: call.body.lines.map((line) => ({
      ...line,
      missing: line.missing ?? null,
      reason: line.reason ?? null,
    })),
  }),
  async beside({ location, lines }, call, deps) {
    const missing = lines.filter((line) => line.missing > 0);
    if (missing.length === 0) return {};
    const cart = missing.map((line) => ({ sku: line.sku, quantity: line.missing }));
    return { alternatives: await alternativesTo(deps, call, { location, lines: cart }) };
  },
});

const ready = moveRoute({
  name: 'ready',
  operationId: 'readyReservation',
  summary: 'Ready at the counter',
  description: 'Every line is picked or missing. The customer is told, and the days for pickup start.',
  body: z.strictObject({ shelf: lineOfText(50).optional(), ...told }),
  problems: ['lines-not-picked', 'nothing-picked', ...TOLD_PROBLEMS],
  example: { summary: 'On a shelf', params: { id: EXAMPLE_RESERVATIONS.ready }, body: { shelf: 'E1' } },
  operation: readyReservation,
  async command(call, actor, deps) {
    const { location: code } = await visibleReservation(call, deps);
    const location = await deps.catalogue.location(code);
    const deadline =
      location === null
        ? null
        : pickupDeadline({
            hours: location.openingHours,
            timeZone: location.timeZone,
            readyAt: call.now,
            holdDays: location.pickup.holdDays,
          });
    return { ...commonOfStaff(call, actor), shelf: call.body.shelf ?? null, pickupDeadlineAt: deadline };
  },
});

const someLines = linesOf(z.strictObject({ sku: skuSchema, quantity: someUnits }));

const collect = moveRoute({
  name: 'collect',
  operationId: 'collectReservation',
  summary: 'Hand over',
  description:
    'With the customer’s pickup code, or an override with a reason; what is sent to the customer’s home, with `dispatch`: what the carrier was handed. Units leave on hand. With `lines`, a part: it stays `ready` for the rest. Five wrong codes lock it for 15 minutes.',
  body: z
    .strictObject({
      pickupCode: z.string().min(1).max(32).optional(),
      override: z.strictObject({ reason: lineOfText(200) }).optional(),
      dispatch: dispatchSchema.optional(),
      lines: someLines.optional(),
      ...told,
    })
    .refine((body) => proofsOf(body) === 1, {
      path: ['pickupCode'],
      message: 'give either a pickupCode, an override with a reason, or for a delivery its dispatch',
    }),
  problems: [
    ...['wrong-handover', 'wrong-pickup-code', 'pickup-locked', 'unknown-line', 'units-not-here'],
    ...TOLD_PROBLEMS,
  ] as const,
  example: {
    summary: 'With the code of the demo’s order',
    params: { id: EXAMPLE_RESERVATIONS.collect },
    body: { pickupCode: '107007' },
  },
  operation: collectReservation,
  command: (call, actor) => ({
    ...commonOfStaff(call, actor),
    proof: proofOf(call.body),
    lines: call.body.lines ?? null,
  }),
});

type Proof = {
  pickupCode?: string | undefined;
  override?: { reason: string } | undefined;
  dispatch?: Dispatch | undefined;
};

function proofsOf({ pickupCode, override, dispatch }: Proof): number {
  return [pickupCode, override, dispatch].filter((proof) => proof !== undefined).length;
}

function proofOf({ pickupCode = '', override, dispatch }: Proof): CollectReservation['proof'] {
  if (dispatch !== undefined) return { dispatch };
  return override === undefined ? { pickupCode } : { override };
}

const giveBack = moveRoute({
  name: 'return',
  operationId: 'returnLines',
  summary: 'Take units back',
  description: 'A collected unit comes back: on hand again, or damaged.',
  body: z.strictObject({
    lines: linesOf(
      z.strictObject({
        sku: skuSchema,
        quantity: someUnits,
        condition: z.enum(CONDITIONS).default('sellable'),
      }),
    ),
    ...told,
  }),
  problems: ['unknown-line', 'units-not-here', ...TOLD_PROBLEMS],
  example: {
    summary: 'One plate, broken on the way home',
    params: { id: EXAMPLE_RESERVATIONS.return },
    body: { lines: [{ sku: PLATES, quantity: 1, condition: 'damaged' }] },
  },
  operation: returnLines,
  command: (call, actor) => ({ ...commonOfStaff(call, actor), lines: call.body.lines }),
});

const putBack = moveRoute({
  name: 'put-back',
  operationId: 'putBackReservation',
  summary: 'Put back',
  description:
    'The units of a cancelled or expired order that lay ready, or that the customer refused, are on their shelves again: only now are they available. `GET /v1/reservations?putBackPending=true` lists what waits.',
  body: z.strictObject({ ...told }),
  problems: ['nothing-to-put-back', ...TOLD_PROBLEMS],
  example: { summary: 'All of it', params: { id: EXAMPLE_RESERVATIONS.putBack }, body: {} },
  operation: putBackReservation,
  command: commonOfStaff,
});

export const preparationRoutes: readonly AnyRoute[] = [start, pick, ready, collect, giveBack, putBack];
