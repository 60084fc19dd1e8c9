// What an event tells of an order or a level, put on what is known of it. Pure.
// Events carry no personal data and not everything of a line: what they leave open is marked and read from the API.
import type { FeedEvent, Level, Order, OrderLine, Status, TransferRisk } from './model.ts';
import { isRecord } from './requests.ts';

const STATUSES: readonly string[] = [
  'held',
  'confirmed',
  'picking',
  'ready',
  'collected',
  'cancelled',
  'expired',
] satisfies Status[];

/** The order after the event; the same object where the event is not newer than what is known; null: not ours to show. */
export function afterEvent(known: Order | undefined, event: FeedEvent): Order | null {
  // It changes no version and tells no status: only what stock there is for the order.
  if (event.type === 'reservation.at_risk') return known === undefined ? null : withRisk(known, event);
  const status = statusIn(event.data);
  if (status === null) return known ?? null;
  if (known === undefined) return status === 'held' ? null : withFacts(blank(event), event, status);
  return event.version > known.version ? withFacts(known, event, status) : known;
}

/** True for orders that the tablet has to keep: open ones, and those whose units are to be put back. */
export function isKept(order: Order): boolean {
  return order.putBackPending || ['confirmed', 'picking', 'ready'].includes(order.status);
}

/** A level after `stock.changed`; the same object where the event is not newer. */
export function afterStockEvent(known: Level, { data, version, occurredAt }: FeedEvent): Level {
  if (version <= known.version) return known;
  const figure = (name: 'onHand' | 'reserved' | 'buffer' | 'available' | 'incoming') =>
    typeof data[name] === 'number' ? data[name] : known[name];
  return {
    ...known,
    onHand: figure('onHand'),
    reserved: figure('reserved'),
    buffer: figure('buffer'),
    available: figure('available'),
    incoming: figure('incoming'),
    updatedAt: occurredAt,
    version,
  };
}

function withFacts(known: Order, event: FeedEvent, status: Status): Order {
  const { data, version } = event;
  const text = (name: string, otherwise: string | null) =>
    name in data ? (typeof data[name] === 'string' ? data[name] : null) : otherwise;
  return {
    ...known,
    status,
    version,
    lines: linesAfter(known.lines, data.lines),
    orderReference: text('orderReference', known.orderReference),
    promise: 'promise' in data ? promiseIn(data.promise) : known.promise,
    takenBy: text('takenBy', known.takenBy),
    shelf: text('shelf', known.shelf),
    pickupDeadlineAt: text('pickupDeadlineAt', known.pickupDeadlineAt),
    acknowledgedAt: text('acknowledgedAt', known.acknowledgedAt ?? null),
    putBackPending: typeof data.putBackPending === 'boolean' ? data.putBackPending : known.putBackPending,
    // Its transfer went on: what was feared of it is over, or told anew.
    ...(event.type === 'reservation.transfer' ? { risk: null } : {}),
    updatedAt: event.occurredAt,
    isPartial: true,
  };
}

function withRisk(known: Order, { data }: FeedEvent): Order {
  const risk = riskIn(data);
  return { ...known, ...(risk === null ? {} : { risk }), isPartial: true };
}

function riskIn({ reason }: Record<string, unknown>): TransferRisk | null {
  return reason === 'transfer-short' || reason === 'transfer-late' ? reason : null;
}

function linesAfter(known: readonly OrderLine[], told: unknown): OrderLine[] {
  if (!Array.isArray(told)) return [...known];
  return told.filter(isRecord).map((line) => {
    const before = known.find(({ sku }) => sku === line.sku);
    const figure = (name: 'quantity' | 'awaited' | 'picked' | 'missing' | 'refused' | 'collected') =>
      typeof line[name] === 'number' ? line[name] : (before?.[name] ?? 0);
    return {
      sku: String(line.sku),
      quantity: figure('quantity'),
      awaited: figure('awaited'),
      picked: figure('picked'),
      missing: figure('missing'),
      refused: figure('refused'),
      missingReason: before?.missingReason ?? null,
      collected: figure('collected'),
      returned: before?.returned ?? 0,
      atRisk: before?.atRisk ?? false,
      aisle: before?.aisle ?? null,
      substitutes: before?.substitutes ?? null,
    };
  });
}

function blank({ subject, location, data, occurredAt }: FeedEvent): Order {
  return {
    id: subject,
    status: 'confirmed',
    location: location ?? '',
    channel: typeof data.channel === 'string' ? data.channel : '',
    orderReference: null,
    customer: null,
    payment: null,
    lines: [],
    promise: null,
    fulfilment: 'now',
    soldAt: null,
    deliverTo: null,
    planId: null,
    pickupDeadlineAt: null,
    shelf: null,
    takenBy: null,
    reason: null,
    putBackPending: false,
    version: 0,
    createdAt: occurredAt,
    updatedAt: occurredAt,
  };
}

function statusIn({ status }: Record<string, unknown>): Status | null {
  return typeof status === 'string' && isStatus(status) ? status : null;
}

function isStatus(text: string): text is Status {
  return STATUSES.includes(text);
}

function promiseIn(value: unknown): { readyAt: string } | null {
  return isRecord(value) && typeof value.readyAt === 'string' ? { readyAt: value.readyAt } : null;
}
