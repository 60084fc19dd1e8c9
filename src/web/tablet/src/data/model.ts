// What the tablet knows: orders, items, levels as the API shows them to a device, and what staff did that is still to
// be sent. Shapes only: no browser, no network, no text.

export type Status = 'held' | 'confirmed' | 'picking' | 'ready' | 'collected' | 'cancelled' | 'expired';
export const MISSING_REASONS = ['not_found', 'damaged', 'display_only', 'mismatch'] as const;
export type MissingReason = (typeof MISSING_REASONS)[number];

export type Customer = {
  reference?: string;
  name?: string;
  email?: string;
  phone?: string;
  locale?: string;
};

export type OrderLine = {
  sku: string;
  quantity: number;
  /** Units that a transfer is to bring. */
  awaited: number;
  picked: number;
  missing: number;
  missingReason: MissingReason | null;
  /** Units that the customer did not take at the counter; absent: none. */
  refused?: number;
  collected: number;
  returned: number;
  atRisk: boolean;
  /** Where it stands in this store, in its staff's words; null or absent: nobody has said. */
  aisle?: string | null;
  /** The article that this one stands for, with the customer's consent. */
  substitutes?: string | null;
};

export type Dispatch = { carrier?: string; trackingNumber?: string };

export type TransferRisk = 'transfer-short' | 'transfer-late';

/** A reservation as `GET /v1/reservations` shows it to a device. Instants are RFC 3339, UTC. */
export type Order = {
  id: string;
  status: Status;
  location: string;
  channel: string;
  orderReference: string | null;
  customer: Customer | null;
  payment: 'online' | 'in_store' | null;
  lines: OrderLine[];
  promise: { readyAt: string } | null;
  fulfilment: 'now' | 'transfer';
  /** Why the units that it awaits may not come, as an event told since it was read; null or absent: nothing was told. */
  risk?: TransferRisk | null;
  transfer?: { id: string; from: string; status: string; expectedAt: string; late: boolean } | null;
  soldAt: string | null;
  deliverTo: Record<string, string> | null;
  /** What the carrier was handed. */
  dispatch?: Dispatch | null;
  planId: string | null;
  pickupCode?: string;
  pickupDeadlineAt: string | null;
  shelf: string | null;
  takenBy: string | null;
  reason: string | null;
  putBackPending: boolean;
  /** When a tablet of the store was first touched for it; absent where the server does not tell. */
  acknowledgedAt?: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  alternatives?: Alternative[];
  history?: HistoryEntry[];
  /** Known from events only, which tell no personal data: the rest is on its way. */
  isPartial?: boolean;
};

/** Another store that has what is missing here, the nearest first. */
export type Alternative = {
  location: { code: string; name: string };
  distanceKm?: number;
  promise: { readyAt: string } | null;
};

export type HistoryEntry = {
  version: number;
  type: string;
  from: Status | null;
  to: Status;
  by: string;
  at: string;
  data: Record<string, unknown> | null;
};

export type Item = {
  sku: string;
  name: { fr: string; en?: string };
  barcodes: string[];
  imageUrl: string | null;
  price: { amount: number; currency: string } | null;
  category: string | null;
  attributes: Record<string, unknown>;
  /** Where it lies in this store; absent where the server does not tell. */
  aisle?: string | null;
  version: number;
};

export type Level = {
  sku: string;
  location: string;
  onHand: number;
  reserved: number;
  buffer: number;
  available: number;
  incoming: number;
  countedAt: string | null;
  updatedAt: string | null;
  version: number;
};

export type Location = {
  code: string;
  name: string;
  timeZone: string;
  address: { street: string; postalCode: string; city: string; country: string };
  [more: string]: unknown;
};

export type Device = {
  id: string;
  name: string;
  location: Location;
  pairedAt: string;
  /** What its location lets it do. */
  settings: {
    offlineHandOver: boolean;
    /** What it speaks until its staff choose. */
    language: 'fr' | 'en';
    clockSkewSeconds: number;
    occurredDaysMax: number;
  };
};

/** Who works with the tablet since when. `staffId` null: by name, in a store without a list of people. */
export type Shift = { staffId: string | null; name: string; startedAt: string };

/** Who says that they start: one of the store's people by PIN, or anybody by name where the store has no list. */
export type ShiftStart = { staffId: string; pin: string } | { name: string };

/** One of the store's people, as `GET /v1/staff` lists them. */
export type Staff = { id: string; name: string; lockedUntil: string | null };

/** An event of the feed, as the socket tells it. */
export type FeedEvent = {
  id: string;
  cursor: string;
  type: string;
  occurredAt: string;
  location: string | null;
  subject: string;
  version: number;
  data: Record<string, unknown>;
};

/** RFC 9457, as every refusal comes. `status` 0: no answer at all. */
export type ProblemDocument = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  [more: string]: unknown;
};

export type PickLine = { sku: string; picked: number; missing?: number; reason?: MissingReason };
export type SomeLine = { sku: string; quantity: number };

/** What staff can do, by kind: the body that the API takes (but `occurredAt`, which is the action's `at`). */
export type ActionBodies = {
  start: { staff?: string; takeOver?: boolean };
  /** Totals so far, for each line that is named. */
  pick: { lines: PickLine[] };
  ready: { shelf?: string };
  reopen: { reason?: string };
  collect: { pickupCode?: string; override?: { reason: string }; dispatch?: Dispatch; lines?: SomeLine[] };
  refuse: { reason: string; lines?: SomeLine[] };
  cancel: { reason?: string };
  putBack: Record<string, never>;
  return: { lines: (SomeLine & { condition?: 'sellable' | 'damaged' })[] };
  acknowledge: Record<string, never>;
  /** `sku` is the line of which units are missing; `by` what the customer agreed to have instead. */
  substitute: { sku: string; by: SomeLine; consent: { givenBy: 'customer'; note?: string } };
  count: { sku: string; onHand: number; expected?: number };
  receiveTransfer: {
    lines: { sku: string; received: number; damaged?: number; lost?: number }[];
    complete?: boolean;
  };
  /** What the lorry takes of each; a line that is not named stays here. */
  shipTransfer: { lines: SomeLine[] };
  /** Two calls, one action: the hold, then its confirmation. */
  sell: { place: Record<string, unknown>; confirm: { orderReference: string } };
};

export type ActionKind = keyof ActionBodies;

/**
 * Something that a person did here, kept until the server has taken it or a person has seen why it did not.
 * `id` is its Idempotency-Key: however often it is sent, it happens once.
 */
export type ActionOf<Kind extends ActionKind> = {
  readonly id: string;
  readonly kind: Kind;
  /** What it is about, and what it depends on: a reservation's id, a transfer's, `stock/SKU`, or for a sale its own id. */
  readonly subject: string;
  readonly body: ActionBodies[Kind];
  /** When the person did it, by the server's clock as far as the tablet knows it. */
  readonly at: string;
  /** In the order in which they were done, which is the order in which they are sent. */
  readonly sequence: number;
  /** The location where it was done: a tablet that is paired anew elsewhere does not send it. */
  readonly location: string;
  /** The version of its order that the person saw; null where it is about no order known here. */
  knownVersion: number | null;
  state: 'waiting' | 'sending' | 'refused';
  /** With `refused`. */
  problem?: ProblemDocument;
  /** With `refused`: the refused action that this one depended on, and because of which it was never sent. */
  because?: string;
  /** With `refused`: what others did to its order since `knownVersion`, once it could be read. */
  meanwhile?: HistoryEntry[];
};

export type Action = { [Kind in ActionKind]: ActionOf<Kind> }[ActionKind];

/** What a screen says to `act`. */
export type NewAction = {
  [Kind in ActionKind]: { kind: Kind; subject: string; body: ActionBodies[Kind] };
}[ActionKind];

/** An action that the server refused, until a person dismisses it. */
export type Conflict = {
  action: Action;
  problem: ProblemDocument;
  /** The refused action that this one depended on. */
  because: string | null;
  /** What others did to its subject since this tablet last knew it; empty until it could be read. */
  meanwhile: HistoryEntry[];
};

/** An order as a screen shows it: with what was done here and not yet taken by the server. */
export type OrderView = Order & {
  /** Kinds of the actions that wait, in their order. */
  readonly pending: readonly ActionKind[];
  readonly conflicts: readonly Conflict[];
};

/** What became of an action: taken, with the API's answer, or refused. */
export type Outcome = { ok: true; value: unknown } | { ok: false; problem: ProblemDocument };

export type Column = 'new' | 'picking' | 'ready' | 'late' | 'putBack';
export type Queue = Record<Column, OrderView[]>;
