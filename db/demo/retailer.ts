// Owns the shape of the demo retailer's data: plain values in the contract's words, ready to be sent or loaded.
// Must not know how the values are made, nor who loads them.

import type { MovementType } from '../../src/domain/movement.ts';
import type { Weekday } from '../../src/domain/openingHours.ts';
import type { MissingReason, Payment, Status } from '../../src/domain/reservation.ts';

/** Local times `HH:mm` of the location; a lunch break is two ranges for the same days. */
export type WeeklyHours = { days: Weekday[]; opens: string; closes: string };

/** One local date (`YYYY-MM-DD`) that differs from the week. At most one per date. */
export type HoursException = { date: string; closed: true } | { date: string; opens: string; closes: string };

export type OpeningHours = { weekly: WeeklyHours[]; exceptions: HoursException[] };

/** `PUT /v1/locations/{code}`: the code and, beside it, the body. */
export type DemoLocation = {
  code: string;
  kind: 'store' | 'warehouse';
  name: string;
  address: { street: string; postalCode: string; city: string; country: string };
  coordinates: { latitude: number; longitude: number };
  timeZone: string;
  openingHours: OpeningHours;
  pickup: { enabled: boolean; preparationMinutes: number; holdDays: number; ordersPerHour?: number };
  /** Absent for a warehouse, and for a store too far away to be served within days. */
  replenishment?: { from: string; leadTimeDays: number; cutOff: string };
};

/** `PUT /v1/items/{sku}`: the sku and, beside it, the body. The price is in major units (euros). */
export type DemoItem = {
  sku: string;
  name: { fr: string; en: string };
  barcodes: string[];
  price: { amount: number; currency: 'EUR' };
  category: string;
  /** The retailer's own words, in French: `colour`, `material`, `model`, `size`. */
  attributes: Record<string, string>;
};

/** One element of `POST /v1/stock/counts`, with the source that reports it. */
export type DemoCount = {
  source: string;
  eventId: string;
  sku: string;
  location: string;
  onHand: number;
  countedAt: string;
};

/** One element of `POST /v1/stock/movements`, with its source. Only an adjustment's quantity is signed. */
export type DemoMovement = {
  source: string;
  eventId: string;
  type: MovementType;
  sku: string;
  location: string;
  quantity: number;
  occurredAt: string;
  reference: string;
};

/** A reservation to be played through the real operations until it stands in `reach`. */
export type DemoReservation = {
  /** Only where a document names it. */
  id?: string;
  location: string;
  lines: { sku: string; quantity: number }[];
  /** When the shopper placed the hold; always before `now`. */
  placedAt: string;
  /** Long enough for a `held` one to be still held at `now`; run out at `now` for an `expired` one. */
  ttlSeconds: number;
  channel: string;
  orderReference: string;
  customer: { reference: string; name: string; email: string; phone: string; locale: 'fr' | 'en' };
  payment: Payment;
  reach: Status;
  /** There when `reach` is `picking` and everything was picked, or missed, already. */
  picked?: true;
  /** Who prepares it: there when it is, or was, picked. */
  staff?: string;
  /** Units not found while picking; the other units of every line are picked. */
  missing?: {
    sku: string;
    quantity: number;
    reason: MissingReason;
  }[];
  /** Where the parcel waits: there when it is, or was, ready. */
  shelf?: string;
  /** There when `reach` is `cancelled`: the state it was cancelled in, and why. */
  cancelled?: { from: 'held' | 'confirmed' | 'ready'; reason: string };
};

/** A transfer to be played through the real operations until it stands in `reach`. */
export type DemoTransfer = {
  id: string;
  from: string;
  to: string;
  lines: { sku: string; quantity: number }[];
  reference: string;
  reach: 'created' | 'shipped';
};

/** Somebody of a store, whose PIN everybody knows. */
export type DemoStaff = { id?: string; location: string; name: string; pin: string };

/** A rule for units that the web is never promised. */
export type DemoBuffer = {
  id: string;
  location: string | null;
  category: string | null;
  way:
    | { kind: 'quantity'; quantity: number }
    | { kind: 'percent'; percent: number }
    | { kind: 'auto'; percentMax: number };
};

export type DemoRetailer = {
  name: string;
  locations: DemoLocation[];
  items: DemoItem[];
  /** Every kept item once per location, counted before the first movement. */
  counts: DemoCount[];
  /** In order of `occurredAt`, all before `now`. */
  movements: DemoMovement[];
  reservations: DemoReservation[];
  /** More of them, for the examples of moves to use up. */
  examples: DemoReservation[];
  transfers: DemoTransfer[];
  buffers: readonly DemoBuffer[];
  /** A cart that the store can always serve after all of the above: what documents and examples ask for. */
  showcase: { location: string; lines: { sku: string; quantity: number }[] };
};
