// The deciding part of placing a hold, for one reservation or for several in one command: all lines or nothing.
// Knows the rule of availability; the promise and the ids come with the command.
import { available } from '../../domain/level.ts';
import type { LocationRecord } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import type { Customer, DeliverTo, Payment, Reservation } from '../../domain/reservation.ts';
import { feedingTransfer } from '../../domain/transfer.ts';
import type { Batch } from './batch.ts';
import { type Joined, join, joinable, type Leg } from './joinSteps.ts';
import { newLine } from './newLine.ts';
import type { Needs } from './operation.ts';
import type { Actor } from './outcome.ts';
import { addTransfer } from './transferSteps.ts';

/** What a transfer from elsewhere brings to a reservation. */
export type FeedOrder = {
  /** Null: nothing is sent for it; it waits for one of `joins`, or is refused, as it always is without any. */
  from: string | null;
  transferId: string;
  expectedAt: Date;
  /** Null: whatever is missing here, decided under the locks; if nothing is, there is no transfer. */
  lines: readonly { sku: string; quantity: number }[] | null;
  /** Transfers that are on their way here and that it may wait for instead, all of one, where that is sooner. */
  joins?: readonly { transferId: string; promise: { readyAt: Date } }[];
  /** Instead of the hold's own promise when nothing was missing after all. */
  promiseHere?: { readyAt: Date } | null;
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
  const from = feed?.from ?? null;
  const there = from === null ? [] : (feed?.lines ?? lines).map(({ sku }) => ({ sku, location: from }));
  return {
    levels: [...here, ...there],
    transfers: feed?.joins?.map(({ transferId }) => transferId) ?? [],
    // A line that waits for units refers to a level here, where there never may have been any.
    createsLevels: feed === null ? false : { at: [location] },
    locations: seller === null ? [] : [seller.location],
    endsDueHolds: true,
    orderReferences: orderReference === null ? [] : [{ channel, orderReference }],
  };
}

/**
 * Places one hold. Refuses with unknown-item, unknown-location, pickup-disabled, not-supplied, order-reference-taken,
 * insufficient-stock.
 */
export function holdLines(batch: Batch, command: HoldLines): Reservation {
  const location = batch.location(command.location);
  if (command.deliverTo === null && !location.pickup.enabled) {
    throw new Problem('pickup-disabled', `${location.code} does not hand over orders.`);
  }
  const joined = joinableFor(batch, location, command);
  const legs = joined === null ? legsOf(batch, location, command) : joined.legs;
  const reservation = newReservation(batch, location, command);
  batch.add(reservation);
  if (command.orderReference !== null) batch.orderReferences.claim(reservation, command.orderReference);
  for (const [place, line] of reservation.lines.entries()) {
    const { here = 0, there = 0 } = legs[place] ?? {};
    if (here > 0) batch.reserve(batch.levelOf(line.itemId, location.id), line, here, 'reserved');
    line.awaited = there;
  }
  if (joined !== null) join(batch, reservation, joined);
  else if (command.feed !== null) feed(batch, reservation, location, command.feed);
  const awaited = legs.flatMap(({ sku, there }) => (there > 0 ? [{ sku, quantity: there }] : []));
  batch.record(reservation, 'reservation.held', command.actor, null, {
    ttlSeconds: command.ttlSeconds,
    // What was reserved at any instant is told from here on (queries/stock.ts).
    ...(awaited.length === 0 ? {} : { awaited }),
  });
  return reservation;
}

/**
 * Asked only where something is missing: what was on its way when the request was made may be on the shelf by now. Under
 * the kept answer, not before it: a request that is sent again is still the request that was granted.
 */
function assertSupplied({ code }: LocationRecord, { from, joins = [] }: FeedOrder): void {
  if (from !== null || joins.length > 0) return;
  throw new Problem('not-supplied', `Nothing supplies ${code}, and nothing is on its way there.`);
}

/** What of each line is taken here and what is sent from elsewhere. All at once, so that the answer names all shortages. */
function legsOf(batch: Batch, location: LocationRecord, { lines, feed }: HoldLines): Leg[] {
  const from = feed?.from ?? null;
  const source = from === null ? null : batch.location(from);
  const shortages: { sku: string; requested: number; available: number }[] = [];
  const legs = lines.map(({ sku, quantity }): Leg => {
    const unitsHere = unitsAt(batch, sku, location);
    const unitsThere = source === null ? 0 : unitsAt(batch, sku, source);
    const there = feed === null || source === null ? 0 : sentOf(feed, sku, Math.max(0, quantity - unitsHere));
    const here = Math.max(0, quantity - there);
    if (unitsHere < here || unitsThere < there) {
      const available = Math.min(unitsHere, here) + Math.min(unitsThere, there);
      shortages.push({ sku, requested: quantity, available });
    }
    return { sku, here, there: quantity - here };
  });
  if (shortages.length === 0) return legs;
  if (feed !== null) assertSupplied(location, feed);
  const skus = shortages.map(({ sku }) => sku).join(', ');
  // Not what would be sent from where: a browser is told this too.
  const places = source === null ? location.code : `${location.code}, with what can be sent there,`;
  throw new Problem('insufficient-stock', `${places} does not have enough of ${skus}.`, { shortages });
}

/** The transfer on its way that it waits for; null: none can bring all that is missing, or what is sent is sooner. */
function joinableFor(batch: Batch, location: LocationRecord, command: HoldLines): Joined | null {
  const { feed, lines, promise } = command;
  if (feed?.joins === undefined || feed.lines !== null) return null;
  const legs = lines.map(({ sku, quantity }): Leg => {
    const here = Math.min(quantity, unitsAt(batch, sku, location));
    return { sku, here, there: quantity - here };
  });
  if (legs.every(({ there }) => there === 0)) return null;
  const joined = joinable(batch, location, legs, feed.joins);
  if (joined === null || feed.from === null || promise === null) return joined;
  const source = batch.location(feed.from);
  const isSent = legs.every(({ sku, there }) => there <= unitsAt(batch, sku, source));
  return isSent && promise.readyAt <= joined.promise.readyAt ? null : joined;
}

function unitsAt(batch: Batch, sku: string, location: LocationRecord): number {
  const level = batch.findLevel(batch.item(sku), location);
  return level === null ? 0 : available(level);
}

function sentOf({ lines }: FeedOrder, sku: string, missing: number): number {
  return lines === null ? missing : (lines.find((line) => line.sku === sku)?.quantity ?? 0);
}

/** The transfer is made with the reservation, or not at all. */
function feed(batch: Batch, reservation: Reservation, to: LocationRecord, order: FeedOrder): void {
  const lines = reservation.lines.flatMap(({ sku, awaited }) =>
    awaited > 0 ? [{ sku, quantity: awaited }] : [],
  );
  if (lines.length === 0 || order.from === null) {
    reservation.promise = order.promiseHere ?? reservation.promise;
    return;
  }
  const transfer = addTransfer(batch, {
    ...{ id: order.transferId, from: batch.location(order.from), to, lines },
    expectedAt: order.expectedAt,
    reference: null,
    reservationId: reservation.id,
    keyId: reservation.keyId,
  });
  batch.transfers.record(transfer, 'transfer.created');
  reservation.transfer = feedingTransfer(transfer);
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
    acknowledgedAt: null,
    escalatesAt: null,
    soldLocation: soldAt(batch, command),
    sellerDeviceId: command.seller?.deviceId ?? null,
    deliverTo: command.deliverTo,
    dispatch: null,
    planId: command.planId,
    transfer: null,
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
