// `comptoir demo`: a day at Fait Maison beside a running server, through the public API: the tablet rings, tills sell,
// a lorry comes. Ends by itself; what happens is decided in src/demo/stream.ts.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { showcase } from '../../db/demo/showcase.ts';
import { type Happening, happenings, UNPICKED_MAX } from '../demo/stream.ts';
import {
  type Command,
  messageOf,
  OK,
  onlyWords,
  readWords,
  SERVER_OPTIONS,
  SERVER_USAGE,
  type Terminal,
  UsageError,
} from './command.ts';
import { call, Refused, type Server, serverOf } from './server.ts';

const LIMITS = { rate: { least: 0.1, most: 60 }, minutes: { least: 0.01, most: 1_440 } } as const;
/** Turns a minute; each has at most one order, two sales and one receipt. */
const RATE = 2;
const MINUTES = 60;
/** One page of levels is enough variety. */
const LEVELS = 200;
const MINUTE_MILLISECONDS = 60_000;

const USAGE = `Usage: npm run demo [-- options]

Lets Fait Maison live beside npm start: customers order (the store's tablet rings), tills sell, shelves are filled. It
never sells what is not there, waits while ${UNPICKED_MAX} orders are not picked yet, and ends by itself or on ^C.

  --rate N         turns a minute, at most an order, two sales and a receipt each; ${RATE}
  --minutes N      how long; ${MINUTES}, at most ${LIMITS.minutes.most}
  --location CODE  the store; ${showcase.location}
${SERVER_USAGE}`;

const OPTIONS = {
  ...SERVER_OPTIONS,
  rate: { type: 'string' },
  minutes: { type: 'string' },
  location: { type: 'string' },
} as const;

const levels = z.object({
  data: z.array(z.object({ sku: z.string(), onHand: z.int(), available: z.int() })),
});
const page = z.object({ data: z.array(z.object({ id: z.string() })) });
const placed = z.object({ id: z.string() });

type Store = { server: Server; location: string; tell: (text: string) => void };

export const demo: Command = {
  usage: USAGE.replace('npm run demo [-- options]', 'npm run comptoir -- demo [options]'),
  async run(words, terminal) {
    const { values, positionals } = readWords(words, OPTIONS);
    onlyWords(positionals);
    const rate = numberOf('rate', values.rate, RATE);
    const minutes = numberOf('minutes', values.minutes, MINUTES);
    const location = values.location ?? showcase.location;
    const server = await serverOf(values, terminal);
    const tell = (text: string) => terminal.output.write(`${text}\n`);
    await live({ server, location, tell }, { rate, minutes }, terminal);
    return OK;
  },
};

async function live(
  store: Store,
  { rate, minutes }: { rate: number; minutes: number },
  terminal: Terminal,
): Promise<void> {
  const { errorOutput } = terminal;
  const signal = terminal.untilInterrupted();
  const until = performance.now() + minutes * MINUTE_MILLISECONDS;
  errorOutput.write(`${store.location} lives for ${minutes} min, ${rate} turns a minute. ^C ends it.\n`);
  const pause = MINUTE_MILLISECONDS / rate;
  while (!signal.aborted) {
    await turn(store);
    if (performance.now() + pause > until) break;
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
  errorOutput.write('The day is over.\n');
}

async function turn(store: Store): Promise<void> {
  const { server, location } = store;
  const at = encodeURIComponent(location);
  const shelves = levels.parse(await call(server, 'GET', `/v1/stock?location=${at}&limit=${LEVELS}`)).data;
  const unpicked = page.parse(
    await call(server, 'GET', `/v1/reservations?location=${at}&status=confirmed&limit=${UNPICKED_MAX}`),
  ).data.length;
  const spared = new Set(showcase.lines.map(({ sku }) => sku));
  for (const happening of happenings({ shelves, unpicked, spared, random: Math.random })) {
    try {
      await carryOut(store, happening);
    } catch (error) {
      // Somebody else took the units between the look and the order: such is a shop.
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      store.tell(`refused  ${messageOf(error)}`);
    }
  }
}

async function carryOut({ server, location, tell }: Store, happening: Happening): Promise<void> {
  if (happening.kind === 'order') {
    const { lines, customer } = happening;
    const hold = { location, lines, customer };
    const once = { body: hold, idempotencyKey: randomUUID() };
    const { id } = placed.parse(await call(server, 'POST', '/v1/reservations', once));
    const orderReference = `FM-${id.slice(-8)}`;
    await call(server, 'POST', `/v1/reservations/${id}/confirm`, { body: { orderReference } });
    const what = lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');
    tell(`order    ${orderReference} ${customer.name}: ${what}`);
    return;
  }
  const { kind, sku, quantity } = happening;
  const source = kind === 'sale' ? 'demo-till' : 'demo-lorry';
  const fact = {
    eventId: randomUUID(),
    type: kind,
    sku,
    location,
    quantity,
    occurredAt: new Date().toISOString(),
  };
  await call(server, 'POST', '/v1/stock/movements', { body: { source, movements: [fact] } });
  tell(`${kind.padEnd(9)}${quantity} × ${sku}`);
}

function numberOf(name: keyof typeof LIMITS, given: string | undefined, otherwise: number): number {
  const number = given === undefined ? otherwise : Number(given);
  const { least, most } = LIMITS[name];
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${name} is a number from ${least} to ${most}.`);
}
