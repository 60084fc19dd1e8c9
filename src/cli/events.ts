// Events as commands read and show them. Reads them page by page over HTTP: who handles one slowly reads slowly, and
// nothing piles up in between. (`listen` hears them over the socket instead.)
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { print, type Terminal, UsageError } from './command.ts';
import { call, Refused, type Server } from './server.ts';

const eventSchema = z.looseObject({
  id: z.string(),
  cursor: z.string(),
  type: z.string(),
  occurredAt: z.iso.datetime(),
  location: z.string().nullable(),
  subject: z.string(),
  version: z.int(),
  data: z.record(z.string(), z.unknown()),
});
const pageSchema = z.object({ data: z.array(eventSchema), nextCursor: z.string() });
export type Event = z.infer<typeof eventSchema>;

export const FILTER_OPTIONS = {
  types: { type: 'string' },
  locations: { type: 'string' },
  after: { type: 'string' },
  json: { type: 'boolean' },
} as const;
export const FILTER_USAGE = `  --types A,B     only these, such as stock.changed,reservation.*
  --locations A,B only of these locations
  --after CURSOR  from there on; without it, from now on`;

export type Filter = { types: string[] | null; locations: string[] | null };

export function filterOf(values: { types?: string | undefined; locations?: string | undefined }): Filter {
  return { types: listOf(values.types), locations: listOf(values.locations) };
}

function listOf(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new UsageError(`There is a name missing in ${text}.`);
  return parts;
}

export function parseEvent(value: unknown): Event {
  return eventSchema.parse(value);
}

export type Page = { events: Event[]; cursor: string };

export type Reading = Filter & {
  /** A cursor, `latest`, or null: from the oldest that is kept. */
  after: string | null;
  /** `stop` ends where there is nothing more; `wait` waits for more until the signal. */
  atEnd: 'stop' | 'wait';
  signal: AbortSignal;
  onTrouble: (message: string) => void;
};

const EVENTS_A_PAGE = 500;
const WAIT_SECONDS = 20;
const RETRY_MILLISECONDS = 1_000;
/** A server that restarts is waited for; one that never answered is not. */
const TRIES_MAX = 60;

/** Pages of events, also empty ones, each with the cursor to go on from after it. */
export async function* readEvents(server: Server, reading: Reading): AsyncGenerator<Page, void> {
  const { after, atEnd, signal, locations } = reading;
  let cursor = after;
  let heard = false;
  for (let tries = 0; !signal.aborted; ) {
    try {
      const body = await call(server, 'GET', `/v1/events?${queryOf(reading, cursor)}`, { signal });
      const { data, nextCursor } = pageSchema.parse(body);
      const events =
        locations === null ? data : data.filter((event) => locations.some((code) => code === event.location));
      yield { events, cursor: nextCursor };
      if (atEnd === 'stop' && data.length === 0 && nextCursor === cursor) return;
      cursor = nextCursor;
      heard = true;
      tries = 0;
    } catch (error) {
      if (signal.aborted) return;
      tries += 1;
      if (!heard || !isPassing(error) || tries > TRIES_MAX) throw error;
      if (tries === 1) reading.onTrouble(`${error.message} Trying again.`);
      await delay(RETRY_MILLISECONDS, undefined, { signal }).catch(() => {});
    }
  }
}

function queryOf({ atEnd, types, locations }: Reading, cursor: string | null): URLSearchParams {
  const [only, ...more] = locations ?? [];
  return new URLSearchParams({
    limit: String(EVENTS_A_PAGE),
    ...(cursor === null ? {} : { after: cursor }),
    ...(types === null ? {} : { types: types.join(',') }),
    // The API takes one; of several, what is none of them is left out here.
    ...(only === undefined || more.length > 0 ? {} : { location: only }),
    // The first answer is the place itself, at once: what is lost from then on can be asked for again.
    ...(atEnd === 'wait' && cursor !== 'latest' ? { wait: String(WAIT_SECONDS) } : {}),
  });
}

function isPassing(error: unknown): error is Refused {
  return error instanceof Refused && [0, 429, 502, 503, 504].includes(error.status);
}

/** One line for people, or the envelope as JSON. */
export async function show(event: Event, json: boolean | undefined, { output }: Terminal): Promise<void> {
  await print(output, `${json === true ? JSON.stringify(event) : lineOf(event)}\n`);
}

function lineOf({ occurredAt, type, location, subject, version, data }: Event): string {
  const facts = Object.entries(data).flatMap(([name, value]) =>
    value === null || typeof value === 'object'
      ? []
      : [`${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
  return [occurredAt, type.padEnd(21), location ?? '-', `${subject} v${version}`, facts.join(', ')]
    .join('  ')
    .trimEnd();
}

/** What the last words of a command that was stopped are. */
export function goOn(cursor: string | null, { errorOutput }: Terminal): void {
  if (cursor !== null) errorOutput.write(`Go on from here with --after ${cursor}\n`);
}
