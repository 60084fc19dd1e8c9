// The places of an availability answer as text, put together from parts that stay the same, and their tag.
// Writes what `showPlace` (availabilityAnswers.ts) shows, byte for byte; decides nothing of who sees what.
import { BANDS, bandOf, FULFILMENTS } from '../domain/availability.ts';
import type { CartLine } from '../domain/cart.ts';
import type { LocationRecord } from '../domain/location.ts';
import { roundedKm } from '../views/availability.ts';
import type { Place } from '../views/cartSearch.ts';
import { asBytes } from './bytes.ts';
import { Fingerprint } from './fingerprint.ts';

/** The start of each place: as long as a location stays as it is, so does its text. */
const heads = new WeakMap<LocationRecord, string>();

function headOf(location: LocationRecord): string {
  const kept = heads.get(location);
  if (kept !== undefined) return kept;
  const { code, name, address, coordinates, timeZone } = location;
  const head = asBytes(
    `{"location":${JSON.stringify({ code, name, address, coordinates, timeZone })},"distanceKm":`,
  );
  heads.set(location, head);
  return head;
}

/**
 * What `JSON.stringify` makes of each `showPlace`, as bytes, put together from parts that stay the same. Measured for ten
 * places: 4.3 µs, and 12.2 µs for the objects and their text.
 */
export function placesText(places: readonly Place[], cart: readonly CartLine[], counts: boolean): string {
  const lineHeads = cart.map(({ sku, quantity }) =>
    asBytes(`{"sku":${JSON.stringify(sku)},"requested":${quantity},"status":"`),
  );
  let text = '[';
  for (const place of places) {
    if (text !== '[') text += ',';
    text += headOf(place.location);
    text += place.distanceKm === null ? 'null' : roundedKm(place.distanceKm);
    text += `,"fulfilment":"${place.fulfilment}","promise":`;
    text += place.readyAt === null ? 'null' : `{"readyAt":"${instantText(place.readyAt)}"}`;
    text += place.staleSince === null ? ',"lines":[' : ',"stale":true,"lines":[';
    for (let line = 0; line < cart.length; line++) {
      const units = place.here[line] ?? 0;
      if (line > 0) text += ',';
      text += lineHeads[line];
      text += bandOf(units, cart[line]?.quantity);
      text += counts ? `","available":${units}}` : '"}';
    }
    text += ']}';
  }
  return `${text}]`;
}

/** Promises move by the minute, and stores near one another mostly make the same one. */
const instants = new Map<number, string>();
const INSTANTS_MAX = 4_096;

function instantText(at: number): string {
  const kept = instants.get(at);
  if (kept !== undefined) return kept;
  if (instants.size === INSTANTS_MAX) instants.clear();
  const text = new Date(at).toISOString();
  instants.set(at, text);
  return text;
}

/** Of all that the URL does not say: a client that has the answer costs no text at all. */
export function placesTag(
  places: readonly Place[],
  cart: readonly CartLine[],
  counts: boolean,
  hasMore: boolean,
): string {
  const tag = new Fingerprint();
  tag.add(Number(counts) * 2 + Number(hasMore));
  for (const { location, fulfilment, readyAt, staleSince, here } of places) {
    tag.add(location.id);
    tag.add(location.version);
    tag.add(FULFILMENTS.indexOf(fulfilment) * 2 + Number(staleSince !== null));
    tag.add(readyAt ?? 0);
    for (let line = 0; line < cart.length; line++) {
      const units = here[line] ?? 0;
      tag.add(counts ? units : BANDS.indexOf(bandOf(units, cart[line]?.quantity)));
    }
  }
  return `W/"${tag}"`;
}
