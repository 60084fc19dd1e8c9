// One, two and four real processes on one database, behind a balancer that keeps nobody on one of them: what is promised is
// there, whoever follows hears everything once, and neither a kill nor a stop is noticed but as a lost connection.
import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventId } from '../../src/domain/event.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { eventually } from '../support/eventually.ts';
import { contradictions, deadlocks } from '../support/evidence.ts';
import { type Exchanged, exchange } from '../support/exchange.ts';
import { type Follower, followByPolling, followBySocket, type SocketFollower } from '../support/followers.ts';
import { type RealProcess, startEmptyShop } from '../support/realProcess.ts';
import { LILLE, newReservationId, openStockRoom, type StockRoom } from '../support/stockRoom.ts';

const ADMIN = 'test-admin-key-of-many-processes';
const PROCESSES = 4;
const CONNECTIONS = 32;
const UNITS = 60;
const RACERS = 200;

type Lines = { sku: string; quantity: number }[];

let room: StockRoom;
let balancer: Balancer;
let processes: RealProcess[] = [];
let agent: Agent;
beforeAll(async () => {
  room = await openStockRoom();
  balancer = await startBalancer();
  agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  processes = await Promise.all(Array.from({ length: PROCESSES }, start));
});
afterAll(async () => {
  agent.destroy();
  await Promise.all(processes.map((process) => process.stop()));
  await balancer.close();
  expect(await contradictions(room.database)).toEqual([]);
  expect(await deadlocks(room.database)).toBe(0);
  await room.close();
});

function start(): Promise<RealProcess> {
  return startEmptyShop(room.url, ADMIN);
}

/** New items with so many on hand. */
async function stocked(units: number, ...skus: string[]): Promise<void> {
  const items = skus.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
  for (const sku of skus) await room.put(sku, LILLE, units);
}

/** One try; null: it broke. */
function tryToPlace(url: string, key: string, lines: Lines): Promise<Exchanged | null> {
  const headers = { 'Idempotency-Key': key };
  const body = { location: LILLE, lines, customer: { reference: key } };
  return exchange(`${url}/v1/reservations`, { agent, token: ADMIN, method: 'POST', headers, body });
}

/** Word for word again until it is answered, by whichever process. */
async function place(lines: Lines, key = newReservationId()): Promise<Exchanged> {
  for (;;) {
    const answer = await tryToPlace(balancer.url, key, lines);
    if (answer !== null) return answer;
  }
}

const one = (sku: string): Lines => [{ sku, quantity: 1 }];

function tally(answers: readonly Exchanged[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

async function idsAfter(row: number): Promise<string[]> {
  const statement = 'SELECT id FROM events WHERE id > $1 ORDER BY id';
  const rows = await room.database.run<{ id: number }>('test.events_after', statement, [row]);
  return rows.map(({ id }) => eventId(id));
}

type Crowd = { sockets: SocketFollower[]; all: Follower[]; since: number };

let crowd: Crowd = { sockets: [], all: [], since: 0 };
afterEach(async () => {
  for (const follower of crowd.all) await follower.close();
});

/** A socket at each of the processes, one after the other, and two that poll; all from here on. */
async function follow(count: number): Promise<Crowd> {
  const { after, since } = await present();
  const sockets: SocketFollower[] = [];
  crowd = { sockets, all: [], since };
  for (let n = 0; n < count; n++) {
    const follower = followBySocket(balancer.url, ADMIN, after);
    sockets.push(follower);
    crowd.all.push(follower);
    await follower.isReady();
  }
  for (let n = 0; n < 2; n++) crowd.all.push(followByPolling(balancer.url, ADMIN, after));
  return crowd;
}

/** Where the events stand while nobody writes: a cursor, and the last row. */
async function present(): Promise<{ after: string; since: number }> {
  const answer = await exchange(`${balancer.url}/v1/events?after=latest`, { agent, token: ADMIN });
  const { nextCursor: after } = JSON.parse(answer?.body ?? '');
  const statement = 'SELECT coalesce(max(id), 0) AS id FROM events';
  const [row] = await room.database.run<{ id: number }>('test.last_event', statement, []);
  return { after, since: row?.id ?? 0 };
}

/** Each heard what was committed since: all of it, once, and each subject's in order. */
async function expectAllHeard({ all, sockets, since }: Crowd): Promise<void> {
  const told = await idsAfter(since);
  for (const { heard } of all) {
    await eventually(() => heard.length >= told.length);
    expect(heard.map(({ id }) => id).sort()).toEqual(told);
    for (const [subject, events] of Map.groupBy(heard, (event) => event.subject)) {
      const versions = events.map(({ version }) => version);
      expect({ subject, versions }).toEqual({ subject, versions: versions.toSorted((a, b) => a - b) });
    }
  }
  expect(sockets.map(({ resets }) => resets())).toEqual(sockets.map(() => 0));
}

test.each([1, 2, 4])(
  '%i: nothing is sold twice, one item or carts, and whoever follows hears of it once',
  async (count) => {
    const [hot, first, second] = [`HOT-${count}`, `A-${count}`, `B-${count}`];
    await stocked(UNITS, hot, first, second);
    balancer.use(processes.slice(0, count).map(({ url }) => url));
    const { sockets } = await follow(count);
    const cart = [...one(first), ...one(second)];
    const racers = Array.from({ length: RACERS }, (_, n) => n);
    const [onOne, onCarts] = await Promise.all([
      Promise.all(racers.map(() => place(one(hot)))),
      Promise.all(racers.map((n) => place(n % 3 === 0 ? cart : cart.toReversed()))),
    ]);

    const expected = { 201: UNITS, 409: RACERS - UNITS };
    expect([tally(onOne), tally(onCarts)]).toEqual([expected, expected]);
    for (const sku of [hot, first, second]) {
      expect(await room.level(sku, LILLE)).toMatchObject({ onHand: UNITS, reserved: UNITS });
    }
    await expectAllHeard(crowd);
    expect(sockets.map(({ connections }) => connections())).toEqual(Array(count).fill(1));
  },
);

test('one Idempotency-Key at every process at once, then at each again: one answer, a refusal too', async () => {
  await stocked(1, 'SINGLE');
  for (const status of [201, 409]) {
    const key = newReservationId();
    const ask = () => Promise.all(processes.map(({ url }) => tryToPlace(url, key, one('SINGLE'))));
    const answers = [...(await ask()), ...(await ask())];
    expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => status));
    expect(answers.filter((answer) => answer?.headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    // A problem names the request that was told of it, each its own.
    const bodies = answers.map((answer) => ({ ...JSON.parse(answer?.body ?? ''), requestId: null }));
    expect(bodies).toEqual(bodies.map(() => bodies[0]));
  }
});

test('only Socket.IO’s polling transport needs a balancer that keeps a client on its process', async () => {
  const [first, second] = processes.map(({ url }) => `${url}/socket.io/?EIO=4&transport=polling`);
  const opened = await (await fetch(first ?? '')).text();
  const session = `&sid=${JSON.parse(opened.slice(1)).sid}`;
  const join = (url = '') => fetch(url + session, { method: 'POST', body: '40/live,{}' });
  expect(await (await join(second)).json()).toEqual({ code: 1, message: 'Session ID unknown' });
  expect(await (await join(first)).text()).toBe('ok');
});

test.each([
  ['killed', 'SIGKILL'],
  ['stopped', 'SIGTERM'],
] as const)(
  'a process is %s: its clients go on at others and miss nothing, and each order is placed once',
  async (_, signal) => {
    const sku = `ON-${signal}`;
    await stocked(1_000_000, sku);
    const urls = processes.map(({ url }) => url);
    balancer.use(urls);
    const { sockets } = await follow(urls.length);
    const [gone] = processes;
    const keys = Array.from({ length: RACERS }, newReservationId);
    let answered = 0;
    const answers = await Promise.all(
      keys.map(async (key) => {
        const answer = await place(one(sku), key);
        answered += 1;
        if (answered === RACERS / 4) gone?.child.kill(signal);
        // Whoever runs the balancer learns of it a while later.
        if (answered === RACERS / 2) balancer.use(urls.slice(1));
        return answer;
      }),
    );
    await gone?.stop();
    processes = processes.slice(1);

    expect(tally(answers)).toEqual({ 201: RACERS });
    expect(await placedOnce(keys)).toBe(RACERS);
    await expectAllHeard(crowd);
    expect(sockets.map(({ connections }) => connections())).toEqual([2, ...Array(urls.length - 1).fill(1)]);
  },
);

/** Of these keys, those that placed exactly one reservation. */
async function placedOnce(keys: readonly string[]): Promise<number> {
  const statement = `SELECT count(*) AS reservations, count(DISTINCT customer_reference) AS keys
     FROM reservations WHERE customer_reference = ANY ($1)`;
  const [row] = await room.database.run<{ reservations: number; keys: number }>(
    'test.placed_once',
    statement,
    [keys],
  );
  return row?.reservations === row?.keys ? (row?.keys ?? 0) : -1;
}
