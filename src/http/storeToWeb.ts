// Store to web: sold in one store, prepared at another place, there to be collected or sent to the customer's home.
// Says who sells and where they may; stock is decided under the lock.
import { type Caller, mayUse } from '../domain/caller.ts';
import { invalid, Problem } from '../domain/problem.ts';
import type { DeliverTo, Reservation } from '../domain/reservation.ts';
import type { HoldLines } from '../operations/writer/holdSteps.ts';

/** The channel of what is sold in a store and served by the network. */
export const STORE_CHANNEL = 'store';

type Sale = {
  location: string;
  channel: string;
  fulfilment: 'now' | 'transfer';
  transferFrom?: string | undefined;
  soldAt?: string | undefined;
  deliverTo?: DeliverTo | undefined;
};

/**
 * Who sells; null where it is no sale of a store. A tablet sells for its own store, and may have anybody prepare it.
 * Refuses with `forbidden` (a browser), `unknown-location`, `invalid-request`.
 */
export function sellerOf(caller: Caller, sale: Sale): HoldLines['seller'] {
  assertWhole(caller, sale);
  const isTablet = caller.kind === 'device';
  const inStore = sale.channel === STORE_CHANNEL;
  // A sale of a store may be prepared anywhere, by whoever sees its queue. Anything else stays where the key belongs.
  for (const place of [sale.location, sale.transferFrom ?? sale.location]) {
    if (!(isTablet && inStore) && !mayUse(caller, place)) throw unknownLocation(place);
  }
  if (!inStore) return null;
  const soldAt = sale.soldAt ?? (isTablet ? caller.locations?.[0] : undefined);
  if (soldAt === undefined) return null;
  if (!mayUse(caller, soldAt)) throw unknownLocation(soldAt);
  return { location: soldAt, deviceId: caller.deviceId };
}

function assertWhole(caller: Caller, sale: Sale): void {
  const { channel, soldAt, deliverTo, transferFrom, fulfilment } = sale;
  if (caller.kind === 'publishable' && (soldAt ?? deliverTo ?? transferFrom) !== undefined) {
    throw new Problem('forbidden', 'A publishable key does not sell for a store, send home or move stock.');
  }
  const isDelivery = deliverTo !== undefined;
  if (channel !== STORE_CHANNEL && (soldAt !== undefined || isDelivery)) {
    const pointer = soldAt === undefined ? '/deliverTo' : '/soldAt';
    throw invalid(pointer, 'not-a-store-sale', `is for sales of a store: with channel "${STORE_CHANNEL}"`);
  }
  const isFed = fulfilment === 'transfer';
  if (transferFrom !== undefined && !isFed) {
    throw invalid('/transferFrom', 'not-a-transfer', 'is for fulfilment "transfer"');
  }
  if (isDelivery && isFed) {
    throw invalid('/deliverTo', 'sent-twice', 'is sent from where it is: a delivery waits for no transfer');
  }
}

/** True for a caller whose store sold what another place prepares: it may follow, confirm and call off. */
export function isSeller(caller: Caller, { soldLocation }: Pick<Reservation, 'soldLocation'>): boolean {
  return caller.locations !== null && soldLocation !== null && mayUse(caller, soldLocation.code);
}

function unknownLocation(code: string): Problem {
  return new Problem('unknown-location', `There is no location with the code ${code}.`, { location: code });
}
