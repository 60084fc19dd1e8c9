// Holds: accepted ones on random levels and on one level, one client's alone, refused ones, and what a storm on one level
// costs the others. Floors: Express that parses and echoes the same body, the naive way, and the naive way's bare statements.
import type { Group, Sample, Side } from '../group.ts';
import { type Job, KEY, latencies, type Request, type Run, rateOf } from '../load/load.ts';
import type { ReservationBody } from '../reservationBody.ts';
import { query, type Rig } from '../rig.ts';
import type { Shop } from '../shop.ts';
import { fraction, HOT, SCARCE, skuOf, storeCode, unitsAt, type World } from '../world.ts';

const CONNECTIONS = 64;
/** Levels that are asked for: many of the base size, and too many of the large one to stay near by accident. */
const LEVELS_ASKED = 20_000;
/** No hold ends during the run: what the sweeper costs is no part of any row. */
const TTL_SECONDS = 14_400;
/** Shoppers of other items, who come when they come, and the storm beside them. */
const OTHERS_PER_SECOND = 200;
const OTHERS_CONNECTIONS = 32;
const STORM_CONNECTIONS = 48;
const BARE_CALLERS = 16;

const rate = (name: string, title: string, [ours, floor]: [string, string], bar: number | null) =>
  ({ name, title, ours, floor, bar: bar === null ? null : { atLeast: bar }, unit: '/s' }) as const;
const wait = (name: string, title: string, [ours, floor]: [string, string], bar: number | null) =>
  ({ name, title, ours, floor, bar: bar === null ? null : { atMost: bar }, unit: 'ms' }) as const;

export const reserving: Group = {
  name: 'reserving',
  rows: [
    rate(
      'reservations',
      'reservations, random items, 64 connections ÷ Express POST',
      ['random', 'echo'],
      0.7,
    ),
    rate('hot', 'reservations on ONE level ÷ the random case', ['hot', 'random'], 0.95),
    rate('naive', 'reservations, random items ÷ the naive way', ['random', 'naive'], 3),
    rate('naive-hot', 'reservations on ONE level ÷ the naive way', ['hot', 'naive-hot'], 8),
    wait('single', 'p50 of one client alone ÷ the naive way’s', ['single', 'naive-single'], 1.1),
    rate('refusals', 'refusals on a sold-out level ÷ Express POST', ['refusals', 'echo'], 0.9),
    wait('storm', 'p99 of other items, one level stormed ÷ the same load, spread', ['storm', 'spread'], 1.2),
    wait(
      'storm-alone',
      'p99 of other items, one level stormed ÷ nobody else there',
      ['storm', 'alone'],
      null,
    ),
    rate(
      'bare-reserve',
      'reservations, random items ÷ the naive way’s statements by bare pg',
      ['random', 'bare'],
      null,
    ),
    rate(
      'bare-select',
      'reservations, random items ÷ a level’s SELECT by bare pg',
      ['random', 'select'],
      null,
    ),
  ],
  async prepare(rig, shop) {
    const [random, hot, scarce] = [randomLevels(shop.world), [levelBody(HOT)], [levelBody(SCARCE)]];
    const at = { url: shop.url, authorization: shop.keys.secret };
    const counted = counter();
    const job = (bodies: readonly ReservationBody[], more: Partial<Job> = {}) =>
      placing(rig, at, bodies, { count: counted.add, ...more });
    const others = await job(random.slice(1), {
      perSecond: OTHERS_PER_SECOND,
      connections: OTHERS_CONNECTIONS,
    });
    const beside =
      async (storm: Placing | null): Promise<Side> =>
      async (seconds) => {
        const [run] = await Promise.all([others(seconds), storm?.(seconds)]);
        return waitOf(run, 'p99');
      };
    const before = await placed(shop);
    return {
      sides: {
        random: rateSide(await job(random)),
        echo: await echo(rig, random),
        hot: rateSide(await job(hot)),
        single: p50(await job(random, { connections: 1 })),
        refusals: rateSide(await job(scarce, { statuses: [201, 409] })),
        storm: await beside(await job(hot, { connections: STORM_CONNECTIONS })),
        spread: await beside(await job(random, { connections: STORM_CONNECTIONS })),
        alone: await beside(null),
        ...(shop.copyUrl !== null && (await naiveSides(rig, shop.copyUrl, random))),
      },
      async check() {
        await checkPlaced(shop, (await placed(shop)) - before, counted.accepted());
        if (shop.copyUrl !== null) await checkNaive(shop.copyUrl);
      },
    };
  },
};

const p50 = (side: Placing) => async (seconds: number) => waitOf(await side(seconds), 'p50');
const rateSide = (side: Placing) => async (seconds: number) => rateOf(await side(seconds));

/** The naive way and its bare statements, on a database of their own: its events are nobody's to read. */
async function naiveSides(
  rig: Rig,
  databaseUrl: string,
  random: readonly ReservationBody[],
): Promise<Record<string, Side>> {
  const at = { url: await rig.floors.ask('startNaive', { databaseUrl }), authorization: null };
  const bare = { databaseUrl, bodies: random, callers: BARE_CALLERS };
  return {
    naive: rateSide(await placing(rig, at, random)),
    'naive-hot': rateSide(await placing(rig, at, [levelBody(HOT)])),
    'naive-single': p50(await placing(rig, at, random, { connections: 1 })),
    bare: (seconds) => bareRate(rig.floors.ask('runBare', { ...bare, what: 'reserve', seconds })),
    select: (seconds) => bareRate(rig.floors.ask('runBare', { ...bare, what: 'select', seconds })),
  };
}

/** Levels that have stock, drawn once: the same in every run. */
export function randomLevels(world: World): ReservationBody[] {
  const bodies: ReservationBody[] = [];
  for (let number = 0; bodies.length < LEVELS_ASKED; number++) {
    const store = Math.floor(fraction(number, 7) * world.stores);
    const item = Math.floor(fraction(number, 8) * world.items);
    if (unitsAt(store, item) >= 1_000) bodies.push(levelBody({ store, item }));
  }
  return bodies;
}

export function levelBody({ store, item }: { store: number; item: number }): ReservationBody {
  return {
    location: storeCode(store),
    lines: [{ sku: skuOf(item), quantity: 1 }],
    ttlSeconds: TTL_SECONDS,
    channel: 'web',
  };
}

type Placing = (seconds: number) => Promise<Run>;
type At = { url: string; authorization: string | null };
type PlacingOptions = Partial<Job> & { count?: (run: Run) => void };

/** Places holds, each with an Idempotency-Key of its own. */
export async function placing(
  rig: Rig,
  { url, authorization }: At,
  bodies: readonly ReservationBody[],
  { count = () => {}, ...more }: PlacingOptions = {},
): Promise<Placing> {
  const requests = bodies.map((body): Request => {
    return { method: 'POST', path: '/v1/reservations', body: JSON.stringify(body) };
  });
  const headers = { 'Idempotency-Key': KEY, ...(authorization !== null && { Authorization: authorization }) };
  const job = await rig.load.ask('prepare', {
    ...{ url, requests, headers, connections: CONNECTIONS, statuses: [201] },
    ...more,
  });
  return async (seconds) => {
    const run = await rig.load.ask('run', { job, seconds });
    for (const { request, status, body } of run.taken) checkHold(request, status, body);
    count(run);
    return run;
  };
}

async function echo(rig: Rig, bodies: readonly ReservationBody[]): Promise<Side> {
  const requests = bodies.map(
    (body): Request => ({ method: 'POST', path: '/echo', body: JSON.stringify(body) }),
  );
  const job = await rig.load.ask('prepare', {
    ...{ url: rig.floors.urls.express, requests, headers: {}, connections: CONNECTIONS, statuses: [200] },
  });
  return async (seconds) => {
    const run = await rig.load.ask('run', { job, seconds });
    const wrong = run.taken.find(({ request, body }) => body !== request.body);
    if (wrong !== undefined) throw new Error(`not an echo: ${wrong.body}`);
    return rateOf(run);
  };
}

async function bareRate(run: Promise<{ operations: number; seconds: number }>): Promise<Sample> {
  const { operations, seconds } = await run;
  return { operations, value: operations / seconds };
}

function waitOf(run: Run, share: 'p50' | 'p99'): Sample {
  return { operations: run.answered, value: run[share], details: latencies(run) };
}

function checkHold(request: Request, status: number, body: string): void {
  const { location, lines }: ReservationBody = JSON.parse(request.body ?? '{}');
  const answer: { status?: string | number; location?: string; code?: string; lines?: { sku: string }[] } =
    JSON.parse(body);
  const isRight =
    status === 201
      ? answer.status === 'held' && answer.location === location && answer.lines?.[0]?.sku === lines[0]?.sku
      : answer.code === 'insufficient-stock';
  if (!isRight) throw new Error(`not the answer to ${request.body}: ${status} ${body.slice(0, 500)}`);
}

function counter() {
  let accepted = 0;
  return {
    add: (run: Run) => {
      accepted += run.byStatus['201'] ?? 0;
    },
    accepted: () => accepted,
  };
}

export async function placed({ databaseUrl }: Pick<Shop, 'databaseUrl'>): Promise<number> {
  const [row] = await query(databaseUrl, 'SELECT count(*)::int AS placed FROM reservations');
  return Number(row?.placed);
}

/** As many holds as were answered with 201, the scarce level sold to its last unit, and no level beyond what it had. */
async function checkPlaced(shop: Shop, made: number, accepted: number): Promise<void> {
  if (made !== accepted) throw new Error(`${accepted} holds were accepted, ${made} are there`);
  await checkOversold(shop.databaseUrl);
  const { location, lines } = levelBody(SCARCE);
  const [row] = await query(
    shop.databaseUrl,
    `SELECT reserved FROM levels JOIN items ON items.id = item_id JOIN locations ON locations.id = location_id
     WHERE code = '${location}' AND sku = '${lines[0]?.sku}'`,
  );
  if (Number(row?.reserved) > SCARCE.units) throw new Error(`${row?.reserved} of ${SCARCE.units} are sold`);
}

export async function checkOversold(url: string): Promise<void> {
  const [row] = await query(url, 'SELECT count(*)::int AS levels FROM levels WHERE reserved > on_hand');
  if (row?.levels !== 0) throw new Error(`${row?.levels} levels are oversold`);
}

/** A baseline that oversells, or leaves rows out, would be none. */
async function checkNaive(url: string): Promise<void> {
  await checkOversold(url);
  const [row] = await query(
    url,
    `SELECT (SELECT count(*)::int FROM reservations) AS holds, (SELECT count(*)::int FROM idempotency_keys) AS answers,
            (SELECT sum(reserved)::int FROM levels) AS reserved`,
  );
  const isWhole = row?.holds === row?.answers && (row?.reserved ?? 0) === row?.holds;
  if (!isWhole) throw new Error(`the naive way is not right: ${JSON.stringify(row)}`);
}
