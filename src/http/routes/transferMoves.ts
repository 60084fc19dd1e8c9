// The moves of a transfer: shipped at one end, received at the other, or called off. What arrived is told in totals.
// Checks and shows; what a report changes is decided under the lock.
import { z } from 'zod';
import { EXAMPLE_TRANSFERS } from '../../domain/exampleIds.ts';
import { skuSchema } from '../../domain/item.ts';
import { MOVEMENT_QUANTITY_MAX } from '../../domain/movement.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import { LINES_MAX } from '../../domain/reservation.ts';
import { lineOfText } from '../../domain/text.ts';
import type { Transfer } from '../../domain/transfer.ts';
import { cancelTransfer } from '../../operations/cancelTransfer.ts';
import { receiveTransfer } from '../../operations/receiveTransfer.ts';
import { shipTransfer } from '../../operations/shipTransfer.ts';
import type { StockOperation } from '../../operations/writer/operation.ts';
import type { Actor } from '../../operations/writer/outcome.ts';
import type { AdmitTransfer } from '../../operations/writer/transferSteps.ts';
import { type AnyRoute, type RequestExample, route } from '../route.ts';
import { moverOf, refusalOf, replyOfRefusal, replyOfResource, submitOne } from '../stockAnswers.ts';
import { admitAt, showTransfer, transferParams, transferSchema } from '../transferSchemas.ts';

const PATH = '/v1/transfers';

const units = z.int().min(0).max(MOVEMENT_QUANTITY_MAX);

/** Each sku at most once: two figures for one line would be two answers. */
function linesOf<Line extends z.ZodType<{ sku: string }>>(line: Line, min: number) {
  return z
    .array(line)
    .min(min)
    .max(LINES_MAX)
    .refine((lines) => new Set(lines.map(({ sku }) => sku)).size === lines.length, 'must not repeat a sku');
}

type Move<Body, Command> = {
  name: string;
  operationId: string;
  summary: string;
  description: string;
  body: z.ZodType<Body>;
  problems: readonly ProblemCode[];
  end: 'from' | 'to' | 'either';
  example: RequestExample;
  operation: StockOperation<Command, Transfer>;
  command(base: { id: string; admit: AdmitTransfer; actor: Actor }, body: Body): Command;
};

/** All moves answer alike. */
function moveRoute<Body, Command>(move: Move<Body, Command>): AnyRoute {
  return route({
    method: 'POST',
    path: `${PATH}/{id}/${move.name}`,
    operationId: move.operationId,
    summary: move.summary,
    description: move.description,
    tag: 'Transfers',
    scopes: ['stock:write'],
    params: transferParams,
    body: move.body,
    responses: { 200: { description: 'The transfer as it is now.', schema: transferSchema } },
    problems: [
      'unknown-transfer',
      'invalid-transition',
      'precondition-failed',
      'overloaded',
      ...move.problems,
    ],
    idempotency: 'writer',
    cost: 2,
    examples: { example: move.example },
    async handler(call, deps) {
      const base = { id: call.params.id, admit: admitAt(call, move.end), actor: await moverOf(call, deps) };
      const command = move.command(base, call.body);
      const submitted = await submitOne(call, deps, move.operation, command, {
        status: 200,
        show: showTransfer,
      });
      const refusal = refusalOf(submitted);
      if (refusal === null) return replyOfResource(submitted);
      return replyOfRefusal(refusal, submitted, call, `${PATH}/${call.params.id}/${move.name}`);
    },
  });
}

/** The demo's transfers: one to be shipped, one to be received, one to be called off. */
const SKU = 'COUSSIN-LIN-ECRU-45X45';

const ship = moveRoute({
  name: 'ship',
  operationId: 'shipTransfer',
  summary: 'Ship',
  description:
    'The units leave on hand at `from` and are `incoming` at `to`. With `lines`, what is shipped of each; a line left out is not shipped. What is not shipped is free again. What has left is a fact: it is taken off on hand also where on hand did not cover it, and may fall below zero. The same report again is one report. A transfer that feeds a hold which nobody has confirmed: 409 `reservation-unconfirmed`. For keys of `from`.',
  body: z.strictObject({
    lines: linesOf(z.strictObject({ sku: skuSchema, quantity: units }), 1).optional(),
  }),
  problems: [
    'unknown-line',
    'units-not-here',
    'nothing-to-ship',
    'reservation-unconfirmed',
    'level-out-of-range',
  ],
  end: 'from',
  example: {
    summary: 'Ten of twelve',
    params: { id: EXAMPLE_TRANSFERS.ship },
    body: { lines: [{ sku: SKU, quantity: 10 }] },
  },
  operation: shipTransfer,
  command: (base, body) => ({ ...base, lines: body.lines ?? null }),
});

const receive = moveRoute({
  name: 'receive',
  operationId: 'receiveTransfer',
  summary: 'Receive',
  description:
    'What has arrived so far, in totals: the same report twice is one report, and figures only rise. `received` units are on hand at `to`, also beyond what was shipped; `damaged` and `lost` ones are not. A figure left out is as it was. `complete`: what is missing then is lost. Units that a reservation awaits are reserved for it in the same step. For keys of `to`.',
  body: z
    .strictObject({
      lines: linesOf(
        z.strictObject({
          sku: skuSchema,
          received: units.optional(),
          damaged: units.optional(),
          lost: units.optional(),
        }),
        0,
      ).default([]),
      complete: z.boolean().default(false),
    })
    .refine(({ lines, complete }) => lines.length > 0 || complete, {
      path: ['lines'],
      message: 'must say what arrived, unless nothing more will (`complete`)',
    }),
  problems: ['unknown-line', 'units-not-here', 'level-out-of-range'],
  end: 'to',
  example: {
    summary: 'All that will come',
    params: { id: EXAMPLE_TRANSFERS.receive },
    body: { lines: [{ sku: SKU, received: 5, damaged: 1 }], complete: true },
  },
  operation: receiveTransfer,
  command: (base, { lines, complete }) => ({
    ...base,
    lines: lines.map(({ sku, received = null, damaged = null, lost = null }) => ({
      ...{ sku, received, damaged, lost },
    })),
    complete,
  }),
});

const cancel = moveRoute({
  name: 'cancel',
  operationId: 'cancelTransfer',
  summary: 'Cancel',
  description:
    'Before it is shipped: its units are free again where they are. A reservation that waits for them is at risk (`reservation.at_risk`, reason `transfer-short`). For keys of either end.',
  body: z.strictObject({ reason: lineOfText(200).optional() }),
  problems: [],
  end: 'either',
  example: {
    summary: 'With a reason',
    params: { id: EXAMPLE_TRANSFERS.cancel },
    body: { reason: 'The lorry is full' },
  },
  operation: cancelTransfer,
  command: (base, { reason }) => ({ ...base, reason: reason ?? null }),
});

export const transferMoveRoutes: readonly AnyRoute[] = [ship, receive, cancel];
