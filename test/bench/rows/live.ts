// What the sockets hear: how much, how soon, and what they cost the holds; against a bare Socket.IO server with the same crowd.
import { setTimeout as delay } from 'node:timers/promises';
import { eventId, rowOfEvent } from '../../../src/domain/event.ts';
import { residentMegabytes } from '../cpu.ts';
import { percentile } from '../figures.ts';
import type { Group, Sample, Side } from '../group.ts';
import type { Crowd, Noted } from '../load/ears.ts';
import { KEY, type Request, rateOf } from '../load/load.ts';
import { query, type Rig } from '../rig.ts';
import { between } from '../rounds.ts';
import { makeKeys, type Shop } from '../shop.ts';
import { skuOf, storeCode } from '../world.ts';
import { placing, randomLevels } from './reserving.ts';

const SOCKETS = 1_000;
/** A key has at most a hundred sockets of a process. */
const KEYS = 20;
const CHANGES_A_BURST = 50;
/** While a burst is on its way the next one is made: nobody waits for a commit. */
const BURSTS_AHEAD = 2;
const CHANGES_A_SECOND = 200;
const CHANGE_CONNECTIONS = 16;
const SETTLE_MILLISECONDS = 200;

export const live: Group = {
  name: 'live',
  rows: [
    {
      ...{ name: 'fan-out', title: 'messages to 1,000 sockets ÷ bare Socket.IO', unit: '/s' },
      ...{ ours: 'fan-out', floor: 'bare-fan-out', bar: { atLeast: 0.8 } },
    },
    {
      ...{ name: 'heard', title: 'p99 commit → client at 200 changes/s ÷ bare Socket.IO', unit: 'ms' },
      ...{ ours: 'heard', floor: 'bare-heard', bar: { atMost: 2 } },
    },
    {
      // PostgreSQL notes the instant before it writes the commit to the disk: this floor pays for that too.
      ...{ name: 'heard-written', title: 'the same ÷ bare pg that commits a row, then emits', unit: 'ms' },
      ...{ ours: 'heard', floor: 'bare-written', bar: null },
    },
    {
      ...{ name: 'listening', title: 'reservations with 1,000 sockets that listen ÷ without', unit: '/s' },
      ...{ ours: 'with-sockets', floor: 'without-sockets', bar: { atLeast: 0.9 } },
    },
  ],
  async prepare(rig, shop) {
    const keys = await makeKeys(shop, KEYS);
    const ours = (subscription: (n: number) => object, noted = false): Crowd => ({
      ...{ url: shop.url, noted },
      listeners: listeners((n) => ({ token: keys[n % KEYS] }), subscription),
    });
    const bare = (subscription: (n: number) => object, noted = false): Crowd => ({
      ...{ url: rig.floors.urls.sockets, noted },
      listeners: listeners(() => ({}), subscription),
    });
    const own = (n: number) => ({ locations: [storeCode(n)] });
    const all = () => ({});
    const changes = await changeJob(rig, shop, CHANGES_A_SECOND);
    const holds = await placing(
      rig,
      { url: shop.url, authorization: shop.keys.secret },
      randomLevels(shop.world),
    );
    let memory = '';
    return {
      sides: {
        'fan-out': withCrowd(rig, ours(all), (seconds) => fanOut(rig, seconds, () => burst(shop))),
        'bare-fan-out': withCrowd(rig, bare(all), (seconds) =>
          fanOut(rig, seconds, () => rig.floors.ask('broadcast', { envelopes: envelopes(CHANGES_A_BURST) })),
        ),
        heard: withCrowd(rig, ours(own, true), (seconds) => heard(rig, shop, changes, seconds)),
        'bare-heard': withCrowd(rig, bare(own, true), (seconds) => bareHeard(rig, seconds)),
        'bare-written': withCrowd(rig, bare(own, true), (seconds) => bareWritten(rig, shop, seconds)),
        'with-sockets': withCrowd(rig, ours(own), async (seconds) => {
          const run = await holds(seconds);
          memory = await memoryOf(shop);
          return rateOf(run);
        }),
        'without-sockets': async (seconds) => rateOf(await holds(seconds)),
      },
      notes: async () => (memory === '' ? [] : [`the API with 1,000 sockets and a warm view: ${memory}`]),
      close: () => rig.ears.ask('close', null),
    };
  },
};

/** A crowd of a thousand. */
export function listeners(
  auth: (n: number) => object,
  subscription: (n: number) => object,
): Crowd['listeners'] {
  return Array.from({ length: SOCKETS }, (_, n) => ({ auth: auth(n), subscription: subscription(n) }));
}

export async function memoryOf(shop: Shop): Promise<string> {
  const metrics = await (await fetch(`${shop.url}/metrics`)).text();
  const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1]) / 2 ** 20;
  return `${Math.round(residentMegabytes(shop.pid))} MB resident, ${Math.round(heap)} MB of them used by its heap`;
}

/** The crowd is there for its own side only. */
function withCrowd(rig: Rig, crowd: Crowd, side: Side): Side {
  return async (seconds) => {
    // The last changes of the side before are behind the feed: who joins hears none of them.
    await delay(SETTLE_MILLISECONDS);
    await rig.ears.ask('open', crowd);
    // Joining is behind them, and what joining cost is collected before the clock runs.
    await delay(SETTLE_MILLISECONDS);
    try {
      const before = rig.cpu();
      const sample = await side(seconds);
      return { ...sample, spent: between(before, rig.cpu()) };
    } finally {
      await rig.ears.ask('close', null);
    }
  };
}

/** Bursts until the time is over; every socket hears every change. */
async function fanOut(rig: Rig, seconds: number, tell: () => Promise<void>): Promise<Sample> {
  const startedAt = performance.now();
  let bursts = 0;
  while (performance.now() < startedAt + seconds * 1_000) {
    await tell();
    bursts += 1;
    const ahead = bursts - BURSTS_AHEAD;
    if (ahead > 0) await rig.ears.ask('heard', { messages: ahead * CHANGES_A_BURST * SOCKETS });
  }
  const messages = bursts * CHANGES_A_BURST * SOCKETS;
  await rig.ears.ask('heard', { messages });
  const took = (performance.now() - startedAt) / 1_000;
  await delay(SETTLE_MILLISECONDS);
  const counted = await rig.ears.ask('count', null);
  if (counted !== messages) throw new Error(`${messages} messages were due, ${counted} were heard`);
  return { operations: messages, value: messages / took };
}

let told = 0;

/** As many levels change at once, each of another item or store: nothing to coalesce. */
async function burst(shop: Shop): Promise<void> {
  const { items } = shop.world;
  const movements = Array.from({ length: CHANGES_A_BURST }, (_, n) => ({
    ...{ eventId: `burst-${process.pid}-${told++}`, type: 'receipt', quantity: 1 },
    ...{ sku: skuOf(n % items), location: storeCode(10 + Math.floor(n / items)) },
    occurredAt: new Date().toISOString(),
  }));
  const body = JSON.stringify({ source: 'bench-live', movements });
  await shop.call({ method: 'POST', path: '/v1/stock/movements', body });
}

/** Of the size and shape of ours. */
function envelopes(count: number) {
  return Array.from({ length: count }, () => {
    const n = told++;
    return {
      ...{ id: `evt_${String(n).padStart(16, '0')}`, cursor: 'c'.repeat(40), type: 'stock.changed' },
      ...{ occurredAt: new Date().toISOString(), location: storeCode(n % SOCKETS) },
      ...{ subject: `${skuOf(n % 25)}@${storeCode(n % SOCKETS)}`, version: 1 + n },
      data: {
        ...{ sku: skuOf(n % 25), onHand: 1_500, reserved: 12, buffer: 0, available: 1_488, incoming: 0 },
        reason: 'receipt',
      },
    };
  });
}

/** One change a request, evenly, each in a store that one socket listens to: the number of the job. */
export function changeJob(rig: Rig, shop: Shop, perSecond: number): Promise<number> {
  const requests = Array.from({ length: SOCKETS }, (_, n): Request => {
    const movement = {
      ...{
        eventId: KEY,
        type: 'receipt',
        quantity: 1,
        sku: skuOf(n % shop.world.items),
        location: storeCode(n),
      },
      occurredAt: new Date().toISOString(),
    };
    const body = JSON.stringify({ source: 'bench-live', movements: [movement] });
    return { method: 'POST', path: '/v1/stock/movements', body };
  });
  const headers = { Authorization: shop.keys.secret, 'Idempotency-Key': KEY };
  return rig.load.ask('prepare', {
    // In turn: two changes of one level in one batch would be told as one.
    ...{ url: shop.url, requests, inTurn: true, headers, statuses: [200] },
    ...{ connections: CHANGE_CONNECTIONS, perSecond },
  });
}

/** The instant that PostgreSQL noted as the commit's, of a row that keeps its transaction's id. */
const COMMITTED_AT = 'extract(epoch FROM pg_xact_commit_timestamp(xid::text::xid))::float8 * 1000';

async function heard(rig: Rig, shop: Shop, job: number, seconds: number): Promise<Sample> {
  const { answered } = await rig.load.ask('run', { job, seconds });
  await rig.ears.ask('heard', { messages: answered });
  const noted = await rig.ears.ask('noted', null);
  const ids = noted.heard.map(([id]) => rowOfEvent(id) ?? 0);
  const rows = await query(
    shop.databaseUrl,
    `SELECT id, ${COMMITTED_AT} AS at FROM events WHERE id = ANY ('{${ids.join(',')}}')`,
  );
  return sinceCommit(noted, new Map(rows.map(({ id, at }) => [eventId(Number(id)), Number(at)])));
}

async function bareWritten(rig: Rig, { databaseUrl }: Shop, seconds: number): Promise<Sample> {
  const all = envelopes(Math.round(CHANGES_A_SECOND * seconds));
  await query(
    databaseUrl,
    'CREATE TABLE IF NOT EXISTS bare_changes (id text PRIMARY KEY, xid xid8 DEFAULT pg_current_xact_id(), data json)',
  );
  await rig.floors.ask('writeEvenly', { databaseUrl, envelopes: all, perSecond: CHANGES_A_SECOND });
  await rig.ears.ask('heard', { messages: all.length });
  const rows = await query(databaseUrl, `SELECT id, ${COMMITTED_AT} AS at FROM bare_changes`);
  const committed = new Map(rows.map(({ id, at }) => [String(id), Number(at)]));
  return sinceCommit(await rig.ears.ask('noted', null), committed);
}

function sinceCommit({ heard: all, epoch }: Noted, committed: ReadonlyMap<string, number>): Sample {
  return waits(all.map(([id, at]) => at + epoch - (committed.get(id) ?? Number.NaN)));
}

async function bareHeard(rig: Rig, seconds: number): Promise<Sample> {
  const all = envelopes(Math.round(CHANGES_A_SECOND * seconds));
  const sent = await rig.floors.ask('emitEvenly', { envelopes: all, perSecond: CHANGES_A_SECOND });
  await rig.ears.ask('heard', { messages: sent.length });
  const at = new Map((await rig.ears.ask('noted', null)).heard);
  return waits(sent.map(([id, sentAt]) => (at.get(id) ?? Number.NaN) - sentAt));
}

function waits(milliseconds: readonly number[]): Sample {
  if (milliseconds.some(Number.isNaN)) throw new Error('something was heard that nobody told');
  const sorted = Float64Array.from(milliseconds).sort();
  const value = percentile(sorted, 0.99);
  return {
    operations: sorted.length,
    value,
    details: { p50: percentile(sorted, 0.5), max: percentile(sorted, 1) },
  };
}
