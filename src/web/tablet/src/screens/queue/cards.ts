// What a card of the queue says of its order, and what can be done with it from there. Pure.
import type { OrderView } from '../../data/model.ts';
import { unitsLeft, unitsToFind } from '../pick/pickState.ts';
import { isAwaiting } from './ringing.ts';

/** So long before its promise an order is shown as pressing. */
const PRESSING_MILLISECONDS = 10 * 60_000;

export type Time = { tone: 'plain' | 'warn' | 'bad'; left: number };

/** Milliseconds to the promise, below 0 where it is over; null where none was made. */
export function timeLeft({ promise }: Pick<OrderView, 'promise'>, now: number): Time | null {
  if (promise === null) return null;
  const left = Date.parse(promise.readyAt) - now;
  if (left < 0) return { tone: 'bad', left };
  return { tone: left < PRESSING_MILLISECONDS ? 'warn' : 'plain', left };
}

export const FLAGS = [
  'atRisk',
  'transferShort',
  'transferLate',
  'awaiting',
  'delivery',
  'soldElsewhere',
  'toPay',
  'waiting',
  'conflict',
] as const;
export type Flag = (typeof FLAGS)[number];

/** What is unusual about it, the most common first. */
export function flagsOf(order: OrderView, here: string): Flag[] {
  const isShort = order.lines.some(({ atRisk }) => atRisk);
  const isFed = order.fulfilment === 'transfer';
  const awaits = isAwaiting(order);
  const is: Record<Flag, boolean> = {
    atRisk: isShort && !isFed,
    // Its transfer did not bring all; or what is to bring it is short where it should leave.
    transferShort: isFed && (isShort || (awaits && order.risk === 'transfer-short')),
    transferLate: awaits && (order.transfer?.late === true || order.risk === 'transfer-late'),
    awaiting: awaits,
    delivery: order.deliverTo !== null,
    soldElsewhere: order.soldAt !== null && order.soldAt !== here,
    toPay: order.payment === 'in_store' && order.status === 'ready',
    waiting: order.pending.length > 0,
    conflict: order.conflicts.length > 0,
  };
  return FLAGS.filter((flag) => is[flag]);
}

/** `go on`: it is this person's; `takeOver`: somebody else's, which is asked about; null: nothing to do from here. */
export type CardAction = 'start' | 'goOn' | 'takeOver' | 'handOver' | 'putBack' | null;

export function actionOf(order: OrderView, staff: string | null): CardAction {
  if (order.putBackPending) return 'putBack';
  switch (order.status) {
    case 'confirmed':
      return isAwaiting(order) ? null : 'start';
    case 'picking':
      return order.takenBy === null || order.takenBy === staff ? 'goOn' : 'takeOver';
    case 'ready':
      return 'handOver';
    case 'held':
    case 'collected':
    case 'cancelled':
    case 'expired':
      return null;
  }
}

/** Units that the customer does not have, and that are not missing, over all lines. */
export function unitsOf({ lines }: Pick<OrderView, 'lines'>): number {
  return lines.reduce((sum, { quantity, missing, collected }) => sum + quantity - missing - collected, 0);
}

/** How much of it is found or known to be missing, from 0 to 1. */
export function progressOf({ lines }: Pick<OrderView, 'lines'>): number {
  const wanted = lines.reduce((sum, line) => sum + unitsToFind(line), 0);
  const left = lines.reduce((sum, line) => sum + unitsLeft(line), 0);
  return wanted === 0 ? 0 : (wanted - left) / wanted;
}
