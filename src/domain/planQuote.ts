// What a plan's id holds: all that is needed to take the plan, as one short text. Who may believe it, and that nobody
// changed it, is for those who sign it (http/planQuotes.ts).
import type { CartLine } from './cart.ts';
import type { PlanLeg } from './plan.ts';

/** One reservation that the plan will be. */
export type QuotedLeg = {
  location: string;
  fulfilment: PlanLeg['fulfilment'];
  lines: readonly CartLine[];
};

export type PlanQuote = {
  /** `obj_…`: what its reservations name. */
  id: string;
  validUntil: Date;
  legs: readonly QuotedLeg[];
};

/** A plan says what it found at one instant; the stock goes on. */
export const PLAN_SECONDS = 600;

/**
 * 50 lines of the longest sku with the largest quantity, at three stores with the longest codes, are 3,797
 * characters; as base64url with a signature 5,111. Proxies take a request line of 8,192.
 */
export const PLAN_ID_CHARACTERS_MAX = 5_200;

const FORM = '1';
const FULFILMENT = { now: 'n', transfer: 't' } as const;

/** Codes and skus hold no space, skus neither comma nor colon: nothing needs to be escaped. */
export function writeQuote({ id, validUntil, legs }: PlanQuote): string {
  const words = legs.flatMap((leg) => [
    leg.location,
    FULFILMENT[leg.fulfilment],
    leg.lines.map(({ sku, quantity }) => `${sku}:${quantity}`).join(','),
  ]);
  return [FORM, id, validUntil.getTime(), ...words].join(' ');
}

/** A quote out of a text that `writeQuote` made; null for one of another version of this program. */
export function readQuote(text: string): PlanQuote | null {
  const [form, id = '', validUntil, ...words] = text.split(' ');
  if (form !== FORM || words.length % 3 !== 0) return null;
  const legs: QuotedLeg[] = [];
  for (let at = 0; at < words.length; at += 3) {
    const [location = '', fulfilment, lines = ''] = words.slice(at, at + 3);
    legs.push({
      location,
      fulfilment: fulfilment === FULFILMENT.now ? 'now' : 'transfer',
      lines: lines.split(',').map(readLine),
    });
  }
  return { id, validUntil: new Date(Number(validUntil)), legs };
}

function readLine(text: string): CartLine {
  const [sku = '', quantity] = text.split(':');
  return { sku, quantity: Number(quantity) };
}
