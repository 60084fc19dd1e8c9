// Events: their types, what they are about, and the envelope in which everyone receives them.
// Knows neither where they are kept nor how far a reader has come (feedPosition.ts does).
import { z } from 'zod';
import { base32, fromBase32 } from './id.ts';

const STOCK = ['stock.changed'] as const;
const RESERVATION = [
  'reservation.held',
  'reservation.confirmed',
  'reservation.acknowledged',
  'reservation.unacknowledged',
  'reservation.picking',
  'reservation.picked',
  'reservation.substituted',
  'reservation.ready',
  'reservation.collected',
  'reservation.refused',
  'reservation.cancelled',
  'reservation.expired',
  'reservation.returned',
  'reservation.transfer',
  'reservation.at_risk',
] as const;
const TRANSFER = [
  'transfer.created',
  'transfer.changed',
  'transfer.shipped',
  'transfer.received',
  'transfer.cancelled',
  'transfer.late',
  'transfer.at_risk',
] as const;
const IMPORT = [
  'import.queued',
  'import.running',
  'import.progress',
  'import.succeeded',
  'import.failed',
  'import.cancelled',
] as const;
const CATALOGUE = ['location.changed', 'item.changed'] as const;
/** A source that should have spoken did not, and the first word after that: its locations are stale in between. */
const SOURCE = ['source.changed', 'source.silent', 'source.speaking'] as const;
const WEBHOOK = ['webhook.disabled'] as const;
const INTERNAL = ['key.created', 'key.revoked', 'webhook.changed', 'buffers.changed'] as const;

/** What the public may read. Adding one is a change that receivers expect; removing or renaming one breaks them. */
export const PUBLIC_EVENT_TYPES = [
  ...STOCK,
  ...RESERVATION,
  ...TRANSFER,
  ...IMPORT,
  ...CATALOGUE,
  ...SOURCE,
  ...WEBHOOK,
] as const;

export type PublicEventType = (typeof PUBLIC_EVENT_TYPES)[number];
/** For the other processes of this installation only: no API shows them. */
export type InternalEventType = (typeof INTERNAL)[number];
export type EventType = PublicEventType | InternalEventType;

const publicTypes: ReadonlySet<string> = new Set(PUBLIC_EVENT_TYPES);

export function isPublicEvent(type: string): type is PublicEventType {
  return publicTypes.has(type);
}

/** A fact on its way into the feed. It commits with what it tells, or not at all. */
export type NewEvent = {
  type: EventType;
  /** When it became true here: the operation's `now`. Events are kept for a number of days from this instant. */
  occurredAt: Date;
  /** A location's code; null when the fact belongs to no location. */
  location: string | null;
  /** What changed: the subject's row must be locked by the transaction, so that order is the order of commit. */
  subject: string;
  /** The subject's version after the change: a receiver applies only what is newer than what it has. */
  version: number;
  data: object;
};

/** The subject of `stock.changed`. Other events are about a resource: its id, code or sku. */
export function stockSubject(sku: string, location: string): string {
  return `stock/${sku}@${location}`;
}

const ID_CHARACTERS = 13;

/** The public id of a row of the event table: sorts as the rows do. */
export function eventId(row: number): string {
  return `evt_${base32(row, ID_CHARACTERS)}`;
}

/** The row that a public id names; null for a text that is no such id. */
export function rowOfEvent(id: string): number | null {
  if (!id.startsWith('evt_') || id.length !== ID_CHARACTERS + 4) return null;
  return fromBase32(id.slice(4));
}

const sku = z.string().meta({ examples: ['TABLE-BASSE-CHENE'] });

/** `stock.changed`: the level as it is now, not by how much it changed. */
export const stockChangedData = z
  .looseObject({
    sku,
    onHand: z.int(),
    reserved: z.int(),
    buffer: z.int().optional(),
    available: z.int().meta({ description: 'Never below 0.' }),
    incoming: z.int().optional().meta({ description: 'In transit to here.' }),
    reason: z.string().meta({ description: 'What changed it.', examples: ['sale', 'count', 'reserved'] }),
  })
  .meta({ id: 'StockChanged' });

const reservationLine = z.looseObject({
  sku,
  quantity: z.int().optional(),
  reserved: z.int().optional().meta({ description: 'Units that it still holds of the stock there.' }),
  awaited: z.int().optional().meta({ description: 'Units that a transfer is to bring.' }),
  picked: z.int().optional().meta({ description: 'Units that staff found for it.' }),
  missing: z
    .int()
    .optional()
    .meta({ description: 'Units that were not found, or not fit to be handed over.' }),
  refused: z.int().optional().meta({ description: 'Units that the customer did not take at the counter.' }),
  collected: z
    .int()
    .optional()
    .meta({ description: 'Units that left the store, told by the counter or by a till.' }),
  substitutes: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'The sku that this line replaces, with the customer’s consent.' }),
  aisle: z.string().nullable().optional().meta({
    description:
      'Where the item stands there: what a pick list is sorted by. Null: nobody has said, or the hold is just being made.',
  }),
});

export const reservationData = z
  .looseObject({
    id: z.string(),
    status: z.string().optional(),
    lines: z.array(reservationLine).optional(),
    expiresAt: z.string().nullable().optional().meta({ description: 'Set while it is held.' }),
    soldAt: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'The store that sold it, where a store did.' }),
    delivery: z
      .boolean()
      .optional()
      .meta({ description: 'Sent to the customer’s home; where that is no event tells.' }),
    planId: z.string().nullable().optional().meta({ description: 'The plan that it is part of.' }),
  })
  .meta({ id: 'ReservationEvent' });

const resourceData = z
  .looseObject({})
  .meta({ id: 'ResourceEvent', description: 'The resource as it is now.' });

export const transferData = z
  .looseObject({
    id: z.string(),
    status: z.string(),
    from: z.string(),
    to: z.string(),
    expectedAt: z.string(),
    reservationId: z.string().nullable(),
    lines: z.array(z.looseObject({ sku, quantity: z.int(), shipped: z.int(), outstanding: z.int() })),
  })
  .meta({
    id: 'TransferEvent',
    description:
      'Told once at each end, with one version: the source hears what it must ship, the destination what comes. `location` says which of the two it is told to.',
  });

function envelopeOf<Type extends z.ZodType, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({
    id: z.string().meta({ description: 'Sorts by when it was recorded.', examples: ['evt_000000000002A'] }),
    cursor: z.string().meta({ description: 'Where to go on from after this event. Opaque.' }),
    type,
    occurredAt: z.iso.datetime(),
    location: z.string().nullable().meta({ description: 'Null when it belongs to no location.' }),
    subject: z
      .string()
      .meta({ description: 'What changed.', examples: ['stock/TABLE-BASSE-CHENE@FR-LILLE-01'] }),
    version: z.int().meta({
      description:
        "The subject's version after the change. `reservation.at_risk` and `transfer.at_risk` change neither, only what stock there is for them: they tell the version that they met.",
    }),
    data,
  });
}

/** The envelope, the same for every way to read the feed. */
export const eventSchema = z
  .discriminatedUnion('type', [
    envelopeOf(z.enum(STOCK), stockChangedData),
    envelopeOf(z.enum(RESERVATION), reservationData),
    envelopeOf(z.enum(TRANSFER), transferData),
    envelopeOf(z.enum(IMPORT), resourceData),
    envelopeOf(z.enum(CATALOGUE), resourceData),
    envelopeOf(z.enum(SOURCE), resourceData),
    envelopeOf(z.enum(WEBHOOK), resourceData),
  ])
  .meta({ id: 'Event', description: 'A fact. Per subject, events arrive in the order of commit.' });

export type EventEnvelope = {
  id: string;
  cursor: string;
  type: EventType;
  occurredAt: string;
  location: string | null;
  subject: string;
  version: number;
  data: Record<string, unknown>;
};
