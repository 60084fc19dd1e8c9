// Which events a reader wants, and which it may have. One rule for the long poll, the socket and whatever comes.
// Knows no key: what a caller may see is handed in as locations.
import { isPublicEvent, PUBLIC_EVENT_TYPES } from './event.ts';
import type { FeedEvent } from './feedEvent.ts';

/** Null: no restriction. */
export type EventFilter = {
  locations: ReadonlySet<string> | null;
  types: ReadonlySet<string> | null;
  /** Events about these items: their levels, reservations that hold them, the items themselves. */
  skus: ReadonlySet<string> | null;
  /** Items whose `item.changed` is heard although it belongs to no location. Absent: none's, or all by `locations`. */
  hearsItem?: (sku: string) => boolean;
};

export const EVERYTHING_PUBLIC: EventFilter = { locations: null, types: null, skus: null };

/** True when the event is public and the filter lets it through. What belongs to no location needs `locations: null`, or `hearsItem`. */
export function matches(filter: EventFilter, event: FeedEvent): boolean {
  if (!isPublicEvent(event.type)) return false;
  if (filter.types !== null && !filter.types.has(event.type)) return false;
  if (filter.locations !== null && !isThere(filter, filter.locations, event)) return false;
  return filter.skus === null || skusOf(event).some((sku) => filter.skus?.has(sku));
}

function isThere({ hearsItem }: EventFilter, locations: ReadonlySet<string>, event: FeedEvent): boolean {
  if (event.location !== null) return locations.has(event.location);
  return event.type === 'item.changed' && (hearsItem?.(event.subject) ?? false);
}

/** The items that an event is about. */
function skusOf({ type, subject, data }: FeedEvent): string[] {
  if (type === 'item.changed') return [subject];
  if (typeof data.sku === 'string') return [data.sku];
  const lines: unknown[] = Array.isArray(data.lines) ? data.lines : [];
  return lines.flatMap((line) =>
    typeof line === 'object' && line !== null && 'sku' in line && typeof line.sku === 'string'
      ? [line.sku]
      : [],
  );
}

/** What a pattern stands for: a public type, or all of a family as `reservation.*`. Empty when it is neither. */
export function typesLike(pattern: string): string[] {
  if (!pattern.endsWith('.*')) return isPublicEvent(pattern) ? [pattern] : [];
  return PUBLIC_EVENT_TYPES.filter((type) => type.startsWith(pattern.slice(0, -1)));
}
