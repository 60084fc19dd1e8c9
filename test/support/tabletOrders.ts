// Owns orders and actions as the tablet keeps them, for tests of its pure parts.
import type {
  Action,
  ActionBodies,
  ActionKind,
  FeedEvent,
  Order,
  OrderLine,
} from '../../src/web/tablet/src/data/model.ts';

export function lineOf(line: Partial<OrderLine> = {}): OrderLine {
  return {
    sku: 'TABLE',
    quantity: 2,
    awaited: 0,
    picked: 0,
    missing: 0,
    missingReason: null,
    collected: 0,
    returned: 0,
    atRisk: false,
    aisle: null,
    substitutes: null,
    ...line,
  };
}

export function orderOf(order: Partial<Order> = {}): Order {
  return {
    id: 'rsv_1',
    status: 'confirmed',
    location: 'LILLE',
    channel: 'web',
    orderReference: 'A-1',
    customer: { name: 'Camille Martin' },
    payment: 'online',
    lines: [lineOf()],
    promise: { readyAt: '2026-03-02T10:00:00.000Z' },
    fulfilment: 'now',
    soldAt: null,
    deliverTo: null,
    planId: null,
    pickupDeadlineAt: null,
    shelf: null,
    takenBy: null,
    reason: null,
    putBackPending: false,
    version: 3,
    createdAt: '2026-03-02T09:00:00.000Z',
    updatedAt: '2026-03-02T09:00:00.000Z',
    ...order,
  };
}

let made = 0;

/** An action that waits, on `rsv_1` unless said otherwise; each is later than those made before. */
export function actionOf<Kind extends ActionKind>(
  kind: Kind,
  body: ActionBodies[Kind],
  rest: { subject?: string; state?: Action['state']; knownVersion?: number } = {},
): Action {
  made += 1;
  const action = {
    id: `action-${made}`,
    kind,
    subject: 'rsv_1',
    body,
    at: '2026-03-02T09:30:00.000Z',
    sequence: made,
    location: 'LILLE',
    knownVersion: 3,
    state: 'waiting' as const,
    ...rest,
  };
  return action as Action;
}

export function eventOf(event: Partial<FeedEvent> = {}): FeedEvent {
  return {
    id: 'evt_1',
    cursor: 'c1',
    type: 'reservation.picking',
    occurredAt: '2026-03-02T09:40:00.000Z',
    location: 'LILLE',
    subject: 'rsv_1',
    version: 4,
    data: { id: 'rsv_1', status: 'picking' },
    ...event,
  };
}
