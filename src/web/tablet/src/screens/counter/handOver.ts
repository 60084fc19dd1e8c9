// The rules of a hand-over: what is there, what is due, what is still to be done before it, what is then sent. Pure.
import type {
  ActionBodies,
  Item,
  OrderLine,
  OrderView,
  ProblemDocument,
  SomeLine,
} from '../../data/model.ts';
import { stillWanted } from '../../data/projection.ts';

/** How it is proved that the right person stands there: their code, somebody's word, or a carrier's receipt. */
export type Proof =
  | { by: 'code'; code: string }
  | { by: 'override'; reason: string; name: string }
  | { by: 'dispatch'; carrier: string; trackingNumber: string };

export type HandOver = {
  proof: Proof;
  /** The name was held against a document. */
  identity: boolean;
  /** What was due has been paid. */
  paid: boolean;
  /** Units by sku; all that is there where a sku is not named. */
  units: Readonly<Record<string, number>>;
};

export type Step = 'whole' | 'code' | 'override' | 'dispatch' | 'identity' | 'payment' | 'units';

export const PICKUP_CODE_DIGITS = 6;
const LOCK_MILLISECONDS = 15 * 60_000;

/** The lines that the counter can still hand over, with how many units are in the bag. */
export function linesThere({ lines }: Pick<OrderView, 'lines'>): { line: OrderLine; units: number }[] {
  return lines.map((line) => ({ line, units: stillWanted(line) })).filter(({ units }) => units > 0);
}

/** What would be handed over, line by line. */
export function chosenUnits(order: Pick<OrderView, 'lines'>, units: HandOver['units']): SomeLine[] {
  return linesThere(order)
    .map(({ line, units: there }) => ({
      sku: line.sku,
      quantity: Math.max(0, Math.min(there, units[line.sku] ?? there)),
    }))
    .filter(({ quantity }) => quantity > 0);
}

/** True where something of the bag stays. */
export function isPart(order: Pick<OrderView, 'lines'>, units: HandOver['units']): boolean {
  const chosen = chosenUnits(order, units);
  return sum(chosen) < linesThere(order).reduce((total, { units: there }) => total + there, 0);
}

/** What is still to be done, in the order in which it is asked. */
export function stepsLeft(
  order: Pick<OrderView, 'lines' | 'payment' | 'customer' | 'isPartial'>,
  form: HandOver,
): Step[] {
  const { proof } = form;
  const steps: Step[] = [];
  if (!isWhole(order)) steps.push('whole');
  if (proof.by === 'code' && !/^[!-~]{4,32}$/.test(proof.code)) steps.push('code');
  if (proof.by === 'override' && (proof.reason.trim() === '' || proof.name.trim() === ''))
    steps.push('override');
  if (proof.by === 'dispatch' && proof.carrier.trim() === '') steps.push('dispatch');
  if (proof.by !== 'dispatch' && !form.identity) steps.push('identity');
  if (isDue(order) && !form.paid) steps.push('payment');
  if (chosenUnits(order, form.units).length === 0) steps.push('units');
  return steps;
}

/** False while only events have told of it: whose it is and whether it is paid is not known yet. */
function isWhole({
  isPartial,
  customer,
  payment,
}: Pick<OrderView, 'isPartial' | 'customer' | 'payment'>): boolean {
  return isPartial !== true || customer !== null || payment !== null;
}

/** True where the customer pays here. */
export function isDue({ payment }: Pick<OrderView, 'payment'>): boolean {
  return payment === 'in_store';
}

/** The body of `collect`. All that is there is named by no lines: a till may have told of some meanwhile. */
export function collectBody(order: Pick<OrderView, 'lines'>, form: HandOver): ActionBodies['collect'] {
  const lines = isPart(order, form.units) ? { lines: chosenUnits(order, form.units) } : {};
  const { proof } = form;
  switch (proof.by) {
    case 'code':
      return { pickupCode: proof.code, ...lines };
    case 'override':
      return { override: { reason: `${proof.reason.trim()} (${proof.name.trim()})` }, ...lines };
    case 'dispatch': {
      const trackingNumber = proof.trackingNumber.trim();
      const number = trackingNumber === '' ? {} : { trackingNumber };
      return { dispatch: { carrier: proof.carrier.trim(), ...number }, ...lines };
    }
  }
}

/** What the lines cost, where every price is known and in one currency; null otherwise. */
export function amountOf(
  lines: readonly SomeLine[],
  items: ReadonlyMap<string, Pick<Item, 'price'>>,
): { amount: number; currency: string } | null {
  const prices = lines.map(({ sku }) => items.get(sku)?.price ?? null);
  const currency = prices[0]?.currency;
  if (currency === undefined || prices.some((price) => price?.currency !== currency)) return null;
  // In hundredths: 0.1 + 0.2 is no amount that anybody pays.
  const hundredths = lines.reduce(
    (total, { quantity }, place) => total + Math.round((prices[place]?.amount ?? 0) * 100) * quantity,
    0,
  );
  return { amount: hundredths / 100, currency };
}

/** Until when a refusal says that no code is taken; null where it says nothing of the kind. `at`: when it came. */
export function lockedUntil(
  problem: Pick<ProblemDocument, 'code'> & Record<string, unknown>,
  at: number,
): number | null {
  if (problem.code === 'pickup-locked') {
    const until = typeof problem.lockedUntil === 'string' ? Date.parse(problem.lockedUntil) : Number.NaN;
    return Number.isNaN(until) ? at + LOCK_MILLISECONDS : until;
  }
  // The last wrong code locks, and its answer does not say until when.
  return problem.code === 'wrong-pickup-code' && problem.triesLeft === 0 ? at + LOCK_MILLISECONDS : null;
}

export type Condition = 'sellable' | 'damaged';
export type Returned = { units: number; condition: Condition };

/** The body of `return`: what was chosen, and of each no more than the customer has. */
export function returnBody(
  { lines }: Pick<OrderView, 'lines'>,
  returned: Readonly<Record<string, Returned>>,
): ActionBodies['return'] {
  return {
    lines: lines.flatMap((line) => {
      const { units = 0, condition = 'sellable' } = returned[line.sku] ?? {};
      const quantity = Math.min(units, unitsOut(line));
      return quantity > 0 ? [{ sku: line.sku, quantity, condition }] : [];
    }),
  };
}

/** Units of a line that are with the customer. */
export function unitsOut({ collected, returned }: Pick<OrderLine, 'collected' | 'returned'>): number {
  return Math.max(0, collected - returned);
}

export function sum(lines: readonly SomeLine[]): number {
  return lines.reduce((total, { quantity }) => total + quantity, 0);
}
