// Two ways to one figure: levels against the ledger and the open lines; and the movement that brings them together.
// Checks and shows; derives nothing itself.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { mayUse } from '../../domain/caller.ts';
import { skuSchema } from '../../domain/item.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import { compensateDrift } from '../../operations/compensateDrift.ts';
import { checkIntegrity, type IntegrityReport } from '../../queries/integrity.ts';
import type { Database } from '../../queries/transaction.ts';
import { requireKeyStill } from '../auth.ts';
import { type AnyRoute, route } from '../route.ts';
import { answerWhenDone } from '../slowAnswer.ts';
import { refusalOf, replayed, replyOfRefusal, submitOne } from '../stockAnswers.ts';

const driftSchema = z
  .object({
    sku: z.string(),
    location: z.string(),
    onHand: z.object({ level: z.int(), ledger: z.int() }),
    reserved: z.object({ level: z.int(), lines: z.int() }),
    incoming: z.object({ level: z.int(), transfers: z.int() }),
  })
  .meta({ id: 'Drift' });

const checkIntegrityRoute = route({
  method: 'GET',
  path: '/v1/integrity',
  operationId: 'checkIntegrity',
  summary: 'Check levels against their evidence',
  description:
    'Derives every level anew, on hand from the ledger, reserved from the open lines and incoming from the transfers on their way, each with its evidence as of one instant; on a large network it takes minutes, during which blank lines keep the connection. One check at a time: others wait for their turn. At most 1,000 drifting levels are named; `drifting` counts them all.',
  tag: 'Stock',
  scopes: ['admin'],
  responses: {
    200: {
      description: 'What was checked and what drifts.',
      schema: z
        .object({ checkedLevels: z.int(), drifting: z.int(), drift: z.array(driftSchema) })
        .meta({ id: 'Integrity' }),
    },
  },
  problems: [],
  cost: 50,
  examples: { all: { summary: 'Every level' } },
  async handler(call, { database }) {
    if (call.caller.locations !== null) {
      throw new Problem(
        'forbidden',
        'The check covers every location: it needs a key that is not limited to some.',
      );
    }
    const { signal } = call;
    // It may take its time, but not when nobody waits for it any more.
    const onRange = () => {
      requireKeyStill(signal);
      if (signal.aborted) throw new Problem('unavailable', 'The check was stopped before its end.');
    };
    const check = inTurn(database, () => checkIntegrity(database, { onRange }));
    return answerWhenDone(check);
  },
});

const turns = new WeakMap<Database, Promise<unknown>>();

/** One after another: each reads the whole ledger, and several would have its connections and its disk. */
function inTurn(database: Database, check: () => Promise<IntegrityReport>): Promise<IntegrityReport> {
  const before = turns.get(database) ?? Promise.resolve();
  const turn = before.then(check, check);
  turns.set(database, turn);
  return turn;
}

const compensationsPath = '/v1/integrity/compensations';
const compensateRoute = route({
  method: 'POST',
  path: compensationsPath,
  operationId: 'compensateDrift',
  summary: 'Record a compensating movement',
  description:
    'For a level that drifts: an adjustment explains on hand as it is, reserved becomes what the open lines add up to, and incoming what is on its way. Without drift nothing changes.',
  tag: 'Stock',
  scopes: ['admin'],
  body: z.strictObject({ sku: skuSchema, location: locationCodeSchema }),
  responses: {
    200: {
      description: 'What was set right; zeros where nothing drifted.',
      schema: z
        .object({
          sku: z.string(),
          location: z.string(),
          onHandDelta: z.int(),
          reservedDelta: z.int(),
          incomingDelta: z.int(),
        })
        .meta({ id: 'Compensation' }),
    },
  },
  problems: ['unknown-item', 'unknown-location', 'overloaded'],
  idempotency: 'writer',
  examples: {
    table: { summary: 'One level', body: { sku: 'TABLE-BASSE-CHENE-80', location: 'FR-LILLE-01' } },
  },
  async handler(call, deps) {
    const maySee = (code: string) => mayUse(call.caller, code);
    const command = { ...call.body, id: `integrity/${randomUUID()}`, maySee };
    const submitted = await submitOne(call, deps, compensateDrift, command, {
      status: 200,
      show: ({ level, onHandDelta, reservedDelta, incomingDelta }) => ({
        sku: level.sku,
        location: level.location,
        onHandDelta,
        reservedDelta,
        incomingDelta,
      }),
    });
    const refusal = refusalOf(submitted);
    if (refusal !== null) return replyOfRefusal(refusal, submitted, call, compensationsPath);
    return { status: 200, json: submitted.body, headers: replayed(submitted) };
  },
});

export const integrityRoutes: readonly AnyRoute[] = [checkIntegrityRoute, compensateRoute];
