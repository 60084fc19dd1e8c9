// What bad receivers cost the good ones: how long an event takes from its commit to each good receiver, with and without
// a dead, a slow and a failing one beside them, in turns of one run; then `kill -9` of the API in the middle, and whether
// every good receiver got every event, signed. On a durable embedded PostgreSQL and a real process of its own:
// `node test/bench/webhooks.ts [--endpoints 100] [--events 10000] [--rate 20] [--turns 4]`. Prints figures; judges only
// what was lost or forged.
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { rowOfEvent } from '../../src/domain/event.ts';
import { openDatabase } from '../../src/queries/transaction.ts';
import { eventually } from '../support/eventually.ts';
import { type RealProcess, startEmptyShop } from '../support/realProcess.ts';

const { values } = parseArgs({
  options: {
    endpoints: { type: 'string', default: '100' },
    events: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '20' },
    turns: { type: 'string', default: '4' },
  },
});
const ENDPOINTS = Number(values.endpoints);
const EVENTS = Number(values.events);
/** Events a second. */
const RATE = Number(values.rate);
/** Without the bad ones, with them, with them, without, … */
const TURNS = Number(values.turns);
const ADMIN = 'an-admin-key-of-the-bench';
const STORE = 'FR-LILLE-01';
const ITEMS = 50;
const TICK_MILLISECONDS = 250;
const SLOW_MILLISECONDS = 2_000;
/** The library's HMAC is written in JavaScript; of the rest, Node's own is compared. */
const LIBRARY_CHECKS_EVERY = 50;
/** Longer than a killed process's lease. */
const QUIET_SECONDS = 30;

type Good = { secret: string; key: Buffer; seen: Uint8Array; repeats: number };
const good: Good[] = [];
const latencies = { alone: [] as number[], beside: [] as number[] };
let turn: keyof typeof latencies | null = null;
let forged = 0;
let checked = 0;

const dataDir = await mkdtemp(path.join(tmpdir(), 'comptoir-bench-'));
const embedded = await startEmbedded({ dataDir, log: () => {} });
await migrate(embedded.url);
let api: RealProcess = await start();
const goodServer = await listen((request, response, body) => {
  receive(Number(request.url?.slice(1)), request, body);
  response.writeHead(204).end();
});
const failed = new Set<string>();
const badServers = [
  await listen(() => {}),
  await listen((_, response) => void setTimeout(() => response.writeHead(200).end(), SLOW_MILLISECONDS)),
  await listen((request, response) => {
    const id = String(request.headers['webhook-id']);
    response.writeHead(failed.has(id) ? 200 : 500).end();
    failed.add(id);
  }),
];
await stockUp();
for (let number = 0; number < ENDPOINTS; number++) {
  const secret = await makeWebhook(`${goodServer.url}/${number}`);
  const key = Buffer.from(secret.text.slice('whsec_'.length), 'base64');
  good.push({ secret: secret.text, key, seen: new Uint8Array(EVENTS * 2 + 10_000), repeats: 0 });
}
const bad: { id: string; url: string }[] = [];
for (const { url } of badServers) bad.push({ id: (await makeWebhook(`${url}/`)).id, url: `${url}/` });

let told = 0;
// The first is not measured: the process warms up. Then alone, beside, beside, alone: what drifts falls on both.
const perTurn = Math.floor(EVENTS / (TURNS + 2));
await switchBad(false);
await tell(perTurn);
for (let number = 0; number < TURNS; number++) {
  const name = number % 4 === 0 || number % 4 === 3 ? 'alone' : 'beside';
  await switchBad(name === 'beside');
  await delay(1_000);
  turn = name;
  await tell(perTurn);
  await delay(1_000);
  turn = null;
}
const killed = tell(EVENTS - told);
await delay(((EVENTS - told) / RATE / 2) * 1_000);
api.child.kill('SIGKILL');
api = await start();
await killed;
const missing = await missingAfterAll();
report(missing);
api.child.kill('SIGKILL');
for (const { server } of [goodServer, ...badServers]) {
  server.closeAllConnections();
  server.close();
}
await embedded.stop();
await rm(dataDir, { recursive: true, force: true });
process.exitCode = missing > 0 || forged > 0 ? 1 : 0;

function start(): Promise<RealProcess> {
  return startEmptyShop(embedded.url, ADMIN, { COMPTOIR_WEBHOOK_LOCAL: 'on' });
}

async function call(method: string, place: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${api.url}${place}`, {
    method,
    headers: { Authorization: `Bearer ${ADMIN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function stockUp(): Promise<void> {
  await call('PUT', `/v1/locations/${STORE}`, {
    ...{ kind: 'store', name: 'Lille', timeZone: 'Europe/Paris' },
    address: { street: '1 rue du Test', postalCode: '59000', city: 'Lille', country: 'FR' },
    coordinates: { latitude: 50.63, longitude: 3.06 },
    openingHours: { weekly: [{ days: ['mon'], opens: '09:00', closes: '19:00' }], exceptions: [] },
    pickup: { enabled: true, preparationMinutes: 30, holdDays: 5 },
  });
  for (let item = 0; item < ITEMS; item++)
    await call('PUT', `/v1/items/ITEM-${item}`, { name: `Item ${item}` });
}

async function makeWebhook(url: string): Promise<{ id: string; text: string }> {
  const { id, secret } = await call('POST', '/v1/webhooks', { url, types: ['stock.changed'] });
  return { id: String(id), text: String(secret) };
}

async function switchBad(enabled: boolean): Promise<void> {
  for (const { id, url } of bad)
    await call('PUT', `/v1/webhooks/${id}`, { url, types: ['stock.changed'], enabled });
}

/** So many events at the steady rate; sent again until they are taken, which a killed process may delay. */
async function tell(events: number): Promise<void> {
  const end = told + events;
  const perTick = Math.max(1, Math.round((RATE * TICK_MILLISECONDS) / 1_000));
  for (let at = performance.now(); told < end; at += TICK_MILLISECONDS) {
    await delay(Math.max(0, at - performance.now()));
    const movements = Array.from({ length: Math.min(perTick, ITEMS, end - told) }, (_, number) => ({
      ...{ eventId: `bench-${told + number}`, type: 'receipt', sku: `ITEM-${(told + number) % ITEMS}` },
      ...{ location: STORE, quantity: 1, occurredAt: new Date().toISOString() },
    }));
    await eventually(() => call('POST', '/v1/stock/movements', { source: 'bench', movements }), {
      milliseconds: 60_000,
      every: 200,
    });
    told += movements.length;
  }
}

function receive(number: number, { headers }: IncomingMessage, body: string): void {
  const now = Date.now();
  const endpoint = good[number];
  if (endpoint === undefined) return;
  const id = String(headers['webhook-id']);
  if (!isSigned(endpoint, headers, body)) forged += 1;
  const row = rowOfEvent(id) ?? 0;
  if (endpoint.seen[row] === 1) endpoint.repeats += 1;
  else if (turn !== null)
    latencies[turn].push(now - Date.parse(/"occurredAt":"([^"]+)"/.exec(body)?.[1] ?? ''));
  endpoint.seen[row] = 1;
}

function isSigned({ secret, key }: Good, headers: IncomingMessage['headers'], body: string): boolean {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  const signature = String(headers['webhook-signature']);
  checked += 1;
  if (checked % LIBRARY_CHECKS_EVERY === 0) {
    new Webhook(secret).verify(body, {
      ...{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
    });
  }
  return (
    signature === `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  );
}

/** Deliveries to good receivers that are missing once nothing new has come for a while. */
async function missingAfterAll(): Promise<number> {
  const database = openDatabase({ url: embedded.url, connectionsMax: 1, onIdleError: () => {} });
  const rows = await database.run<{ id: number }>(
    'bench.events',
    "SELECT id FROM events WHERE type = 'stock.changed'",
    [],
  );
  await database.close();
  const missing = () =>
    good.reduce((sum, { seen }) => sum + rows.filter(({ id }) => seen[id] !== 1).length, 0);
  let quiet = 0;
  for (let before = -1; ; before = checked, await delay(1_000)) {
    const left = missing();
    quiet = before === checked ? quiet + 1 : 0;
    if (left === 0 || quiet > QUIET_SECONDS) return left;
  }
}

function report(lost: number): void {
  const repeats = good.reduce((sum, endpoint) => sum + endpoint.repeats, 0);
  console.log(
    `${ENDPOINTS} good receivers, ${told} events at ${RATE} a second, 3 bad receivers in half of the turns`,
  );
  console.log(`${checked} deliveries; missing ${lost}, forged ${forged}, repeated ${repeats} (kill -9)`);
  const [alone, beside] = [latencies.alone, latencies.beside].map((all) => all.toSorted((a, b) => a - b));
  for (const [name, all = []] of [
    ['without the bad', alone],
    ['with the bad', beside],
  ] as const) {
    console.log(
      `${name}: p50 ${at(all, 0.5)} ms, p99 ${at(all, 0.99)} ms, max ${at(all, 1)} ms (${all.length})`,
    );
  }
  console.log(`p99 ratio ${(at(beside ?? [], 0.99) / at(alone ?? [], 0.99)).toFixed(2)}`);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, server };
}
