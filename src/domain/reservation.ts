// A reservation: its states, who may move it where, and what its lines still hold.
// Pure: the instant of a decision is an argument.
import { Problem } from './problem.ts';
import type { FeedingTransfer } from './transfer.ts';

export const STATUSES = [
  'held',
  'confirmed',
  'picking',
  'ready',
  'collected',
  'cancelled',
  'expired',
] as const;
export type Status = (typeof STATUSES)[number];

/** The states whose lines still promise units to somebody. */
export const OPEN_STATUSES = ['held', 'confirmed', 'picking', 'ready'] as const satisfies readonly Status[];

/** From which states each call may move a reservation. */
const ALLOWED_FROM = {
  confirm: ['held', 'expired'],
  extend: ['held'],
  cancel: ['held', 'confirmed', 'picking', 'ready'],
  acknowledge: ['confirmed', 'picking', 'ready', 'collected', 'cancelled', 'expired'],
  start: ['confirmed', 'picking'],
  pick: ['picking'],
  substitute: ['picking'],
  ready: ['picking'],
  reopen: ['ready'],
  collect: ['ready'],
  refuse: ['ready'],
  return: ['ready', 'collected', 'cancelled', 'expired'],
  'put-back': ['ready', 'collected', 'cancelled', 'expired'],
} as const satisfies Record<string, readonly Status[]>;

export type Action = keyof typeof ALLOWED_FROM;

export const MISSING_REASONS = ['not_found', 'damaged', 'display_only', 'mismatch'] as const;
export type MissingReason = (typeof MISSING_REASONS)[number];

export const PAYMENTS = ['online', 'in_store'] as const;
export type Payment = (typeof PAYMENTS)[number];

/** Personal data: kept with the reservation, never in events, never in logs. */
export type Customer = {
  reference?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  locale?: string | undefined;
};

/** Personal data as well: where the parcel goes. */
export type DeliverTo = {
  name: string;
  street: string;
  postalCode: string;
  city: string;
  country: string;
  phone?: string | undefined;
  instructions?: string | undefined;
};

/** What the carrier was handed. */
export type Dispatch = { carrier?: string | undefined; trackingNumber?: string | undefined };

export type ReservationLine = {
  readonly itemId: number;
  readonly sku: string;
  readonly quantity: number;
  /** Units this line still holds of its level. */
  reserved: number;
  /** Units that a transfer is to bring: reserved here when they arrive. */
  awaited: number;
  picked: number;
  missing: number;
  missingReason: MissingReason | null;
  /** Units that the customer did not take at the counter. */
  refused: number;
  /** The sku that this line replaces. */
  readonly substitutes: string | null;
  /** Where the item stands there; null: nobody has said, or it was not looked up, as for a hold that is being made. */
  readonly aisle: string | null;
  /** Handed over at the counter; reported sold by a till. The same units, told by two systems. */
  collected: number;
  sold: number;
  /** Came back: told by the counter; told by a till. The same units as well. */
  returned: number;
  returnedSold: number;
  atRisk: boolean;
  /** When it was made, or taken again after it expired; what a transfer brings later is told by its steps. */
  reservedAt: Date;
  releasedAt: Date | null;
};

export type Reservation = {
  readonly id: string;
  readonly locationId: number;
  readonly location: string;
  readonly channel: string;
  readonly keyId: string;
  readonly createdAt: Date;
  status: Status;
  orderReference: string | null;
  customer: Customer | null;
  payment: Payment | null;
  expiresAt: Date | null;
  promise: { readyAt: Date } | null;
  pickupCode: string | null;
  pickupAttempts: number;
  pickupLockedUntil: Date | null;
  pickupDeadlineAt: Date | null;
  shelf: string | null;
  takenBy: string | null;
  reason: string | null;
  putBackPending: boolean;
  /** When somebody in the store touched the alert. */
  acknowledgedAt: Date | null;
  /** When the head office is to hear that nobody has. */
  escalatesAt: Date | null;
  /** Store to web: where it was sold, if not where it is prepared, and the tablet that sold it. */
  readonly soldLocation: { readonly id: number; readonly code: string } | null;
  readonly sellerDeviceId: string | null;
  /** Sent there instead of being picked up; null: pickup. */
  deliverTo: DeliverTo | null;
  dispatch: Dispatch | null;
  /** The plan that it was made with; its other reservations name the same. */
  readonly planId: string | null;
  /** What brings the units that are not here; null: all was here, or is not coming for it any more. */
  transfer: FeedingTransfer | null;
  version: number;
  updatedAt: Date;
  lines: ReservationLine[];
};

/** A hold lives this long unless asked otherwise, in seconds; the bounds are the contract's. */
export const TTL_SECONDS = { min: 30, default: 900, max: 14_400 } as const;
export const LINES_MAX = 100;
export const LINE_QUANTITY_MAX = 10_000;

/** After this many wrong pickup codes in a row the reservation is locked for a while. */
export const PICKUP_TRIES_MAX = 5;
export const PICKUP_LOCK_SECONDS = 15 * 60;

/** Refuses a call that the state does not allow: 409 `invalid-transition` with `from` and `allowed`. */
export function assertAllowed(reservation: Reservation, action: Action): void {
  const from: readonly Status[] = ALLOWED_FROM[action];
  if (from.includes(reservation.status)) return;
  throw new Problem(
    'invalid-transition',
    `A reservation that is ${reservation.status} does not allow ${action}; it is allowed from ${from.join(', ')}.`,
    { from: reservation.status, allowed: actionsFrom(reservation.status) },
  );
}

/** The calls that a state allows, in the order of the life of a reservation. */
export function actionsFrom(status: Status): Action[] {
  return ACTIONS.filter((action) => {
    const from: readonly Status[] = ALLOWED_FROM[action];
    return from.includes(status);
  });
}
const ACTIONS: readonly Action[] = [
  'confirm',
  'extend',
  'acknowledge',
  'start',
  'pick',
  'substitute',
  'ready',
  'reopen',
  'collect',
  'refuse',
  'return',
  'put-back',
  'cancel',
];

/** True when a hold's time is over, swept or not: its units are not counted any more. */
export function isDue(reservation: Pick<Reservation, 'status' | 'expiresAt'>, now: Date): boolean {
  return reservation.status === 'held' && reservation.expiresAt !== null && reservation.expiresAt <= now;
}

/** True when the days for pickup are over. */
export function isOverdue(reservation: Pick<Reservation, 'status' | 'pickupDeadlineAt'>, now: Date): boolean {
  return (
    reservation.status === 'ready' &&
    reservation.pickupDeadlineAt !== null &&
    reservation.pickupDeadlineAt <= now
  );
}

/** Units of a line that have left the store, whoever told first: the counter or the till. */
export function unitsOut(line: Pick<ReservationLine, 'collected' | 'sold'>): number {
  return Math.max(line.collected, line.sold);
}

/** Units of a line that are still to be handed over. */
export function stillWanted(
  line: Pick<ReservationLine, 'quantity' | 'missing' | 'refused' | 'collected' | 'sold'>,
): number {
  return Math.max(0, line.quantity - line.missing - line.refused - unitsOut(line));
}

/** True when the customer has some of it and comes for nothing more: the rest, if any, is missing or was refused. */
export function isHandedOver({ lines }: Pick<Reservation, 'lines'>): boolean {
  return lines.every((line) => stillWanted(line) === 0) && lines.some((line) => unitsOut(line) > 0);
}

/** Units that a line is still to be sent: fewer than it awaited when a till sold some of it meanwhile. */
export function unitsAwaited(line: ReservationLine): number {
  return Math.min(line.awaited, Math.max(0, stillWanted(line) - line.reserved));
}

/** Units of an open line that it neither holds nor awaits: a transfer did not bring them. */
export function unitsShort(line: ReservationLine): number {
  return Math.max(0, stillWanted(line) - line.reserved - line.awaited);
}

export function isOpen({ status }: Pick<Reservation, 'status'>): boolean {
  const open: readonly Status[] = OPEN_STATUSES;
  return open.includes(status);
}

/** True while units that nobody comes for any more lie on its shelf, reserved until they are put back. */
export function waitsToBePutBack(reservation: Reservation): boolean {
  if (!reservation.putBackPending) return false;
  return reservation.lines.some((line) => line.reserved > (isOpen(reservation) ? stillWanted(line) : 0));
}

/** Units of a line that came back, whoever told first; never more than had left. */
export function unitsBack(
  line: Pick<ReservationLine, 'collected' | 'sold' | 'returned' | 'returnedSold'>,
): number {
  return Math.min(Math.max(line.returned, line.returnedSold), unitsOut(line));
}

/** The line of `sku`, or 409 `unknown-line`. */
export function lineOf(reservation: Reservation, sku: string): ReservationLine {
  const line = reservation.lines.find((candidate) => candidate.sku === sku);
  if (line === undefined) {
    throw new Problem('unknown-line', `Reservation ${reservation.id} has no line for ${sku}.`, { sku });
  }
  return line;
}

/** Several lines of one sku become one: quantities add up, the first place is kept. */
export function mergeLines(
  lines: readonly { sku: string; quantity: number }[],
): { sku: string; quantity: number }[] {
  const merged = new Map<string, number>();
  for (const { sku, quantity } of lines) merged.set(sku, (merged.get(sku) ?? 0) + quantity);
  return [...merged].map(([sku, quantity]) => ({ sku, quantity }));
}

/** What events tell of a reservation: all that staff and systems need to follow it, and no personal data. */
export function reservationFacts(reservation: Reservation): Record<string, unknown> {
  return {
    id: reservation.id,
    status: reservation.status,
    location: reservation.location,
    channel: reservation.channel,
    orderReference: reservation.orderReference,
    lines: reservation.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      reserved: line.reserved,
      awaited: unitsAwaited(line),
      picked: line.picked,
      missing: line.missing,
      refused: line.refused,
      // Whoever picks it must know at once what a till sold of it: nobody finds that, and it is not missing.
      collected: unitsOut(line),
      substitutes: line.substitutes,
      aisle: line.aisle,
    })),
    expiresAt: reservation.expiresAt,
    promise: reservation.promise,
    takenBy: reservation.takenBy,
    shelf: reservation.shelf,
    pickupDeadlineAt: reservation.pickupDeadlineAt,
    putBackPending: reservation.putBackPending,
    acknowledgedAt: reservation.acknowledgedAt,
    transfer: reservation.transfer,
    soldAt: reservation.soldLocation?.code ?? null,
    // That it is sent home, never where to.
    delivery: reservation.deliverTo !== null,
    planId: reservation.planId,
  };
}
