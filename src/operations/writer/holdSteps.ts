// The deciding part of placing a hold, for one reservation or for several in one command: all lines or nothing.
// Knows the rule of availability; the promise and the ids come with the command.
import { available } from '../../domain/level.ts';
import type { LocationRecord } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import type { Customer, DeliverTo, Payment, Reservation, ReservationLine } from '../../domain/reservation.ts';
import type { Batch } from './batch.ts';
import type { Needs } from './operation.ts';
import type { Actor } from './outcome.ts';

/** What a transfer from elsewhere brings to a reservation. `lines` null: whatever is missing here, decided under the locks. */
export type FeedOrder = {
  from: string;
  transferId: string;
  expectedAt: Date;
  lines: readonly { sku: string; quantity: number }[] | null;
};

export type HoldLines = {
  id: string;
  location: string;
  /** Merged: no sku twice. */
  lines: readonly { sku: string; quantity: number }[];
  ttlSeconds: number;
  channel: string;
  orderReference: string | null;
  customer: Customer | null;
  payment: Payment | null;
  promise: { readyAt: Date } | null;
  /** Null: all of it is here. */
  feed: FeedOrder | null;
  /** Where and by which tablet it was sold, if not where it is prepared. */
  seller: { location: string; deviceId: string | null } | null;
  deliverTo: DeliverTo | null;
  planId: string | null;
  actor: Actor;
};

/** What `holdLines` reads and writes. */
export function holdNeeds({ location, lines, channel, orderReference, feed, seller }: HoldLines): Needs {
  const here = lines.map(({ sku }) => ({ sku, location }));
  const there = feed === null ? [] : (feed.lines ?? lines).map(({ sku }) => ({ sku, location: feed.from }));
  return {
    levels: [...here, ...there],
    // A line that waits for units refers to a level here, where there never may have been any.
    createsLevels: feed === null ? false : { at: location },
    locations: seller === null ? [] : [seller.location],
    endsDueHolds: true,
    orderReferences: orderReference === null ? [] : [{ channel, orderReference }],
  };
}

/**
 * Places one hold. Refuses with unknown-item, unknown-location, pickup-disabled, order-reference-taken,
 * insufficient-stock.
 */
export function holdLines(batch: Batch, command: HoldLines): Reservation {
  const location = batch.location(command.location);
  if (command.deliverTo === null && !location.pickup.enabled) {
    throw new Problem('pickup-disabled', `${location.code} does not hand over orders.`);
  }
  assertEnough(batch, location, command.lines);
  const reservation = newReservation(batch, location, command);
  batch.add(reservation);
  if (command.orderReference !== null) batch.claimOrderReference(reservation, command.orderReference);
  for (const line of reservation.lines) {
    batch.reserve(batch.levelOf(line.itemId, location.id), line, line.quantity, 'reserved');
  }
  batch.record(reservation, 'reservation.held', command.actor, null, { ttlSeconds: command.ttlSeconds });
  return reservation;
}

/** Every line at once, so that the answer names all shortages and not only the first. */
function assertEnough(
  batch: Batch,
  location: LocationRecord,
  lines: readonly { sku: string; quantity: number }[],
): void {
  const shortages = lines.flatMap(({ sku, quantity }) => {
    const level = batch.findLevel(batch.item(sku), location);
    const units = level === null ? 0 : available(level);
    return units < quantity ? [{ sku, requested: quantity, available: units }] : [];
  });
  if (shortages.length === 0) return;
  const skus = shortages.map(({ sku }) => sku).join(', ');
  throw new Problem('insufficient-stock', `${location.code} does not have enough of ${skus}.`, { shortages });
}

function newReservation(batch: Batch, location: LocationRecord, command: HoldLines): Reservation {
  return {
    id: command.id,
    locationId: location.id,
    location: location.code,
    channel: command.channel,
    keyId: command.actor.keyId,
    createdAt: batch.now,
    status: 'held',
    orderReference: null,
    customer: command.customer,
    payment: command.payment,
    expiresAt: new Date(batch.now.getTime() + command.ttlSeconds * 1_000),
    promise: command.promise,
    pickupCode: null,
    pickupAttempts: 0,
    pickupLockedUntil: null,
    pickupDeadlineAt: null,
    shelf: null,
    takenBy: null,
    reason: null,
    putBackPending: false,
    soldLocation: soldAt(batch, command),
    sellerDeviceId: command.seller?.deviceId ?? null,
    deliverTo: command.deliverTo,
    dispatch: null,
    planId: command.planId,
    version: 1,
    updatedAt: batch.now,
    lines: command.lines.map(({ sku, quantity }) => newLine(batch, sku, quantity)),
  };
}

function soldAt(batch: Batch, { seller }: HoldLines): Reservation['soldLocation'] {
  if (seller === null) return null;
  const { id, code } = batch.location(seller.location);
  return { id, code };
}

function newLine(batch: Batch, sku: string, quantity: number): ReservationLine {
  return {
    itemId: batch.item(sku).id,
    sku,
    quantity,
    reserved: 0,
    awaited: 0,
    picked: 0,
    missing: 0,
    missingReason: null,
    collected: 0,
    sold: 0,
    returned: 0,
    returnedSold: 0,
    atRisk: false,
    reservedAt: batch.now,
    releasedAt: null,
  };
}
