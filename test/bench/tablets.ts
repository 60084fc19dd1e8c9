// How long an order takes from its commit to the tablets of its store, with all stores' tablets connected as they are in
// shops: real Socket.IO clients, real orders through the API, a durable embedded PostgreSQL and a real process of its own:
// `node test/bench/tablets.ts [--tablets 200] [--stores 20] [--orders 50] [--minutes 1]` (orders a minute). Prints figures;
// judges only who heard what: each alert reaches the tablets of its store, each once, and no other.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { io, type Socket } from 'socket.io-client';
import { startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { eventually } from '../support/eventually.ts';
import { startEmptyShop } from '../support/realProcess.ts';

const { values } = parseArgs({
  options: {
    tablets: { type: 'string', default: '200' },
    stores: { type: 'string', default: '20' },
    orders: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '1' },
  },
});
const STORES = Number(values.stores);
const TABLETS = Number(values.tablets);
const ORDERS_PER_MINUTE = Number(values.orders);
const ORDERS = Math.round(ORDERS_PER_MINUTE * Number(values.minutes));
const ADMIN = 'an-admin-key-of-the-bench';
const SKU = 'TABLE';
/** After the last order: what has not come by then is missing. */
const PATIENCE_MILLISECONDS = 15_000;

type Heard = { id: string; location: string; occurredAt: string };
type Tablet = {
  location: string;
  socket: Socket;
  heard: Map<string, number>;
  foreign: number;
  repeats: number;
};

const dataDir = await mkdtemp(path.join(tmpdir(), 'comptoir-bench-'));
const embedded = await startEmbedded({ dataDir, log: () => {} });
await migrate(embedded.url);
const api = await startEmptyShop(embedded.url, ADMIN);
const latencies: number[] = [];
const stores = Array.from({ length: STORES }, (_, number) => `FR-STORE-${String(number).padStart(2, '0')}`);
await stockUp();
const tablets: Tablet[] = [];
for (let number = 0; number < TABLETS; number++)
  tablets.push(await openTablet(stores[number % STORES] ?? ''));
const placed = new Map<string, string>();
for (let number = 0, at = performance.now(); number < ORDERS; number++, at += 60_000 / ORDERS_PER_MINUTE) {
  await delay(Math.max(0, at - performance.now()));
  await order(number);
}
const missing = await missingAfterAll();
report(missing);
for (const { socket } of tablets) socket.disconnect();
await api.stop();
await embedded.stop();
await rm(dataDir, { recursive: true, force: true });
const foreign = tablets.reduce((sum, tablet) => sum + tablet.foreign, 0);
process.exitCode = missing > 0 || foreign > 0 ? 1 : 0;

async function call(
  method: string,
  place: string,
  body: object,
  token = ADMIN,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${api.url}${place}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function stockUp(): Promise<void> {
  await call('PUT', `/v1/items/${SKU}`, { name: 'Table' });
  for (const [number, code] of stores.entries()) {
    await call('PUT', `/v1/locations/${code}`, {
      ...{ kind: 'store', name: code, timeZone: 'Europe/Paris' },
      address: { street: '1 rue du Test', postalCode: '59000', city: code, country: 'FR' },
      coordinates: { latitude: 44 + number / 10, longitude: 3 },
      openingHours: { weekly: [{ days: ['mon'], opens: '09:00', closes: '19:00' }], exceptions: [] },
      pickup: { enabled: true, preparationMinutes: 30, holdDays: 5 },
    });
  }
  const countedAt = new Date().toISOString();
  const counts = stores.map((location) => ({
    eventId: location,
    sku: SKU,
    location,
    onHand: 10_000,
    countedAt,
  }));
  await call('POST', '/v1/stock/counts', { source: 'bench', counts });
}

/** Paired as a tablet is, and subscribed as one is: it says nothing of locations, its token does. */
async function openTablet(location: string): Promise<Tablet> {
  const { pairingCode } = await call('POST', '/v1/devices', { name: 'Counter', location });
  const { token } = await call('POST', '/v1/devices/pair', { code: pairingCode });
  const socket = io(`${api.url}/live`, { auth: { token }, transports: ['websocket'], forceNew: true });
  const tablet: Tablet = { location, socket, heard: new Map(), foreign: 0, repeats: 0 };
  socket.on('event', (event: { type: string; location: string; subject: string; occurredAt: string }) => {
    if (event.type === 'reservation.confirmed') {
      hear(tablet, { id: event.subject, location: event.location, occurredAt: event.occurredAt });
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('ready', () => resolve());
    socket.once('connect_error', reject);
    socket.once('connect', () => socket.emit('subscribe', {}, () => {}));
  });
  return tablet;
}

/** One machine, one clock: the event's instant is that of the batch, which is before its commit. */
function hear(tablet: Tablet, { id, location, occurredAt }: Heard): void {
  latencies.push(Date.now() - Date.parse(occurredAt));
  if (location !== tablet.location) tablet.foreign += 1;
  if (tablet.heard.has(id)) tablet.repeats += 1;
  tablet.heard.set(id, Date.now());
}

async function order(number: number): Promise<void> {
  const location = stores[(number * 7) % STORES] ?? '';
  const { id } = await call('POST', '/v1/reservations', { location, lines: [{ sku: SKU, quantity: 1 }] });
  await call('POST', `/v1/reservations/${id}/confirm`, { orderReference: `BENCH-${number}` });
  placed.set(String(id), location);
}

/** Alerts that a tablet of the order's store did not get. */
async function missingAfterAll(): Promise<number> {
  const missing = () =>
    [...placed].reduce(
      (sum, [id, location]) =>
        sum + tablets.filter((tablet) => tablet.location === location && !tablet.heard.has(id)).length,
      0,
    );
  await eventually(() => missing() === 0, { milliseconds: PATIENCE_MILLISECONDS }).catch(() => undefined);
  return missing();
}

function report(lost: number): void {
  const sorted = latencies.toSorted((a, b) => a - b);
  const sum = (of: (tablet: Tablet) => number) => tablets.reduce((total, tablet) => total + of(tablet), 0);
  console.log(
    `${TABLETS} tablets in ${STORES} stores, ${placed.size} orders at ${ORDERS_PER_MINUTE} a minute`,
  );
  console.log(
    `${latencies.length} alerts; missing ${lost}, at another store's tablet ${sum((tablet) => tablet.foreign)}, ` +
      `repeated ${sum((tablet) => tablet.repeats)}`,
  );
  console.log(
    `commit → client: p50 ${at(sorted, 0.5)} ms, p99 ${at(sorted, 0.99)} ms, max ${at(sorted, 1)} ms`,
  );
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
