// A plan's id is a signed quote: what it holds comes back with it, so that nothing is kept, and every process can tell
// whether we gave it, and to whom. Owns the signature; what a quote says is domain/planQuote.ts.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type PlanQuote, readQuote, writeQuote } from '../domain/planQuote.ts';
import { installationSecret } from '../queries/installationSecrets.ts';
import type { Tx } from '../queries/transaction.ts';

export type PlanQuotes = {
  /** The id of a plan, good for the key that asked. */
  sign(quote: PlanQuote, keyId: string): Promise<string>;
  /** The quote of an id that this key was given; null for any other text. */
  open(planId: string, keyId: string): Promise<PlanQuote | null>;
};

const SECRET_BYTES = 32;
const PLAN_ID = /^pln_([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

export function makePlanQuotes(database: Tx): PlanQuotes {
  let known: Promise<Buffer> | null = null;

  /** Read once in the life of a process; a read that failed is tried again by whoever comes next. */
  function secret(): Promise<Buffer> {
    known ??= installationSecret(database, 'plans', randomBytes(SECRET_BYTES)).catch((error) => {
      known = null;
      throw error;
    });
    return known;
  }

  return {
    async sign(quote, keyId) {
      const text = Buffer.from(writeQuote(quote)).toString('base64url');
      return `pln_${text}.${signatureOf(await secret(), keyId, text).toString('base64url')}`;
    },
    async open(planId, keyId) {
      const [, text = '', signature = ''] = PLAN_ID.exec(planId) ?? [];
      if (text === '') return null;
      const given = Buffer.from(signature, 'base64url');
      if (!timingSafeEqual(given, signatureOf(await secret(), keyId, text))) return null;
      return readQuote(Buffer.from(text, 'base64url').toString());
    },
  };
}

/** The key is signed with it, not written in it: for another key it is just as forged as any text. */
function signatureOf(secret: Buffer, keyId: string, text: string): Buffer {
  return createHmac('sha256', secret).update(`${keyId}\n${text}`).digest();
}
