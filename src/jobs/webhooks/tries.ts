// One thing to send: an event for the first time, or a delivery again; and the row that tells what became of it.
import { eventId } from '../../domain/event.ts';
import type { DeliveryKind, DeliveryStatus, TryResult } from '../../domain/webhookDelivery.ts';
import type { DueDelivery, LogRow } from '../../queries/webhookLeases.ts';
import type { Entry } from './flow.ts';

export type Job = {
  kind: DeliveryKind;
  eventId: string;
  body: string;
  /** Tries before this one. */
  attempts: number;
  entry: Entry | null;
  retry: DueDelivery | null;
};

export type Outcome = TryResult & {
  attempts: number;
  status: DeliveryStatus;
  triedAt: Date;
  nextTryAt: Date | null;
};

export function jobOf(entry: Entry): Job {
  const { event } = entry;
  const id = eventId(event.row.id);
  return { kind: 'event', eventId: id, body: event.json(), attempts: 0, entry, retry: null };
}

export function retryOf(retry: DueDelivery): Job {
  const { kind, eventId: id, body, attempts } = retry;
  return { kind, eventId: id, body, attempts, entry: null, retry };
}

/** The row of an event that was sent for the first time. Only what is to be sent again keeps its body. */
export function rowOf(webhookId: string, id: string, entry: Entry, outcome: Outcome): LogRow {
  const { event } = entry;
  const { status, attempts, responseStatus, error, durationMs, triedAt, nextTryAt } = outcome;
  return {
    ...{ webhookId, id, kind: 'event', eventId: eventId(event.row.id), eventType: event.type },
    ...{
      occurredAt: event.occurredAt,
      status,
      attempts,
      responseStatus,
      error,
      durationMs,
      triedAt,
      nextTryAt,
    },
    ...{ body: status === 'pending' ? event.json() : null, createdAt: triedAt },
  };
}

/** Stands for events that were gone before they could be sent. */
export function gapRow(webhookId: string, id: string, now: Date): LogRow {
  return {
    ...{ webhookId, id, kind: 'gap', eventId: null, eventType: null, occurredAt: null },
    ...{ status: 'failed', attempts: 0, responseStatus: null, error: 'events-expired', durationMs: null },
    ...{ triedAt: null, nextTryAt: null, body: null, createdAt: now },
  };
}
