// The life of one order in words, for tables: 'confirm', 'start', 'pick', 'ready', 'collect 1', 'sale 2', …
// Of its first line where it matters, or of the one that is named: 'sale 1 LAMPE'.
// Owns no assertion; a step that is refused throws its problem.
import type { Reservation } from '../../src/domain/reservation.ts';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { collectReservation } from '../../src/operations/collectReservation.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { extendHold } from '../../src/operations/extendHold.ts';
import { pickLines } from '../../src/operations/pickLines.ts';
import { putBackReservation } from '../../src/operations/putBackReservation.ts';
import { readyReservation } from '../../src/operations/readyReservation.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { refuseLines } from '../../src/operations/refuseLines.ts';
import { returnLines } from '../../src/operations/returnLines.ts';
import { startPicking } from '../../src/operations/startPicking.ts';
import type { Outcome } from '../../src/operations/writer/outcome.ts';
import { movement } from './facts.ts';
import type { StockProcess } from './stockProcess.ts';
import { ACTOR, confirmCommand, must } from './stockRoom.ts';

let codes = 0;

/** Takes an order through steps, one after the other, on all its lines; `now` is the process's clock. */
export async function walk(
  process: Pick<StockProcess, 'one'>,
  order: Reservation,
  steps: readonly string[],
  now: () => Date = () => new Date(),
): Promise<void> {
  for (const step of steps) must(await take(process, order, step, now()));
}

async function take(
  { one }: Pick<StockProcess, 'one'>,
  order: Reservation,
  step: string,
  now: Date,
): Promise<Outcome<unknown>> {
  const [what = '', number = '', named] = step.split(' ');
  const base = { id: order.id, admit: () => true, actor: ACTOR };
  const units = number === '' ? null : Number(number);
  const line = order.lines.find(({ sku }) => sku === (named ?? sku));
  if (line === undefined) throw new Error('the order has no such line');
  const { sku } = line;
  switch (what) {
    case 'confirm':
      codes += 1;
      return one(confirmReservation, { ...confirmCommand(order), pickupCodes: [`code-${codes}`] });
    case 'extend':
      return one(extendHold, { ...base, ttlSeconds: units ?? 900 });
    case 'start':
      return one(startPicking, { ...base, staff: 'Ana', takeOver: false });
    case 'pick':
      return one(pickLines, { ...base, lines: order.lines.map((each) => pickedOf(each, 0)) });
    case 'miss':
      return one(pickLines, { ...base, lines: [pickedOf(line, units ?? 1)] });
    case 'ready':
      return one(readyReservation, { ...base, shelf: null, pickupDeadlineAt: null });
    case 'collect': {
      const lines = units === null ? null : [{ sku, quantity: units }];
      return one(collectReservation, { ...base, proof: { override: { reason: 'known' } }, lines });
    }
    case 'refuse': {
      const lines = units === null ? null : [{ sku, quantity: units }];
      return one(refuseLines, { ...base, reason: 'scratched', lines });
    }
    case 'return':
      return one(returnLines, { ...base, lines: [{ sku, quantity: units ?? 1, condition: 'sellable' }] });
    case 'cancel':
      return one(cancelReservation, { ...base, holdsOnly: false, reason: null });
    case 'expire':
      return one(expireReservation, { id: order.id, actor: ACTOR });
    case 'put-back':
      return one(putBackReservation, base);
    case 'sale': {
      const told = { sku, location: order.location, quantity: units ?? 1, reservationId: order.id };
      return one(recordMovements, movement({ ...told, occurredAt: now }));
    }
    default:
      throw new Error(`unknown step ${step}`);
  }
}

function pickedOf({ sku, quantity }: { sku: string; quantity: number }, missing: number) {
  return { sku, picked: quantity - missing, missing, reason: missing > 0 ? ('not_found' as const) : null };
}
