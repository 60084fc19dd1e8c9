// Gives the domain's ids their randomness. Draws for hundreds of ids at once: one draw costs more than the rest of an id.
import { randomBytes } from 'node:crypto';
import { type Id, makeId, type Prefix } from './domain/id.ts';

const RANDOM_BYTES = 10;
const IDS_PER_DRAW = 400;

let pool = Buffer.alloc(0);
let at = 0;

export function newId<P extends Prefix>(prefix: P, now: Date): Id<P> {
  if (at + RANDOM_BYTES > pool.length) {
    pool = randomBytes(RANDOM_BYTES * IDS_PER_DRAW);
    at = 0;
  }
  at += RANDOM_BYTES;
  return makeId(prefix, now.getTime(), pool.subarray(at - RANDOM_BYTES, at));
}
