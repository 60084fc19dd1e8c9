// Many receivers, some of them bad, and processes that die: each good one gets everything, in order per subject.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startWebhooks, type Webhooks } from '../../src/jobs/webhooks/runner.ts';
import { insertEvents } from '../../src/queries/events.ts';
import { dropOldestSpan, openNextSpan } from '../../src/queries/eventUpkeep.ts';
import { eventually } from '../support/eventually.ts';
import { fact } from '../support/feedBench.ts';
import type { Receiver } from '../support/receivers.ts';
import { openWebhookShop, type WebhookShop } from '../support/webhookShop.ts';

const SUBJECTS = 20;
/** A machine that is held up for a moment must neither lose a lease nor break off a try: both would send again. */
const PATIENT = { leaseSeconds: 60, tryMilliseconds: 20_000 };

let shop: WebhookShop;
let host: ChildProcess | undefined;
let others: Webhooks[] = [];
let told = 0;
beforeEach(async () => {
  told = 0;
  shop = await openWebhookShop({ job: PATIENT });
});
afterEach(async () => {
  if (host?.exitCode === null && host.signalCode === null) {
    host.kill('SIGKILL');
    await once(host, 'exit');
  }
  host = undefined;
  await Promise.all(others.map((other) => other.close()));
  others = [];
  await shop.close();
});

/** So many events, round the subjects, in transactions of ten. */
async function tell(events: number): Promise<void> {
  const { database, feed } = shop.app.deps;
  for (const end = told + events; told < end; ) {
    const page = Array.from({ length: Math.min(10, end - told) }, () => {
      told += 1;
      return fact(`item-${told % SUBJECTS}`, Math.ceil(told / SUBJECTS));
    });
    await database.transaction((tx) => insertEvents(tx, page));
    feed.wake();
  }
}

const seen = ({ received }: Receiver) => new Set(received.map(({ id }) => id)).size;
const good = () => shop.receiver(204, { types: ['stock.changed'] });

/** Another process that sends for the same webhooks. */
function startAnother(): Webhooks {
  const other = startWebhooks({ ...shop.app.deps, allowsLocal: true, pollMilliseconds: 20, ...PATIENT });
  others.push(other);
  return other;
}

async function startHost(): Promise<void> {
  const file = path.join(import.meta.dirname, '..', 'support', 'webhooksHost.ts');
  host = spawn(process.execPath, [file, shop.app.databaseUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (host.stdout) await once(host.stdout, 'data');
}

test('beside a dead, a slow and a failing receiver, and with their process killed, each good one gets every event', async () => {
  await shop.webhooks.close();
  const receivers = await Promise.all(Array.from({ length: 7 }, good));
  const dead = await shop.receiver(() => {});
  const slow = await shop.receiver(
    (_, response) => void setTimeout(() => response.writeHead(200).end(), 300),
  );
  const second = new Set<string>();
  const failing = await shop.receiver(({ id }, response) => {
    response.writeHead(second.has(id) ? 200 : 500).end();
    second.add(id);
  });
  await startHost();
  await tell(100);
  await eventually(() => expect(Math.min(...receivers.map(seen))).toBeGreaterThan(20));
  host?.kill('SIGKILL');
  await tell(100);
  // The one that died is thought alive for as long as a lease.
  await shop.restart({ leaseSeconds: 2, tryMilliseconds: 5_000 });
  await eventually(() => expect(receivers.map(seen)).toEqual(receivers.map(() => 200)));
  expect([...receivers, dead, slow, failing].map(({ forged }) => forged)).toEqual(Array(10).fill(0));
  expect(dead.hits).toBeLessThan(60);
  await eventually(() => expect(seen(failing)).toBeGreaterThan(5));
});

test('of one subject nothing is overtaken while nothing fails, however unevenly a receiver answers', async () => {
  const at = new Map<string, number>();
  const overtaken: string[] = [];
  const erp = await shop.receiver(({ body }, response) => {
    const { subject, version } = JSON.parse(body);
    if (version <= (at.get(subject) ?? 0)) overtaken.push(`${subject} v${version}`);
    at.set(subject, version);
    setTimeout(() => response.writeHead(200).end(), Math.random() * 20);
  });
  await tell(300);
  await eventually(() => expect(seen(erp)).toBe(300));
  expect(overtaken).toEqual([]);
  expect(erp.hits).toBe(300);
});

test('one that falls far behind reads on from the database, and misses nothing', async () => {
  let isOpen = false;
  const waiting: (() => void)[] = [];
  const erp = await shop.receiver((_, response) => {
    const answer = () => response.writeHead(200).end();
    if (isOpen) answer();
    else waiting.push(answer);
  });
  await tell(1_300);
  isOpen = true;
  for (const answer of waiting) answer();
  await eventually(() => expect(seen(erp)).toBe(1_300));
});

test('two processes share the webhooks: nothing is sent twice, and what one leaves the other takes up', async () => {
  const other = startAnother();
  const receivers = await Promise.all(Array.from({ length: 6 }, good));
  await tell(50);
  await eventually(() => expect(receivers.map(seen)).toEqual(receivers.map(() => 50)));
  expect(receivers.map(({ hits }) => hits)).toEqual(receivers.map(() => 50));
  // One that is being handed over is neither's.
  await eventually(() => expect(shop.webhooks.counts().held + other.counts().held).toBe(6));
  await other.close();
  await tell(50);
  await eventually(() => expect(receivers.map(seen)).toEqual(receivers.map(() => 100)));
});

test('a process that starts later takes its share, and nothing is sent twice or lost while it does', async () => {
  const receivers = await Promise.all(Array.from({ length: 7 }, good));
  await eventually(() => expect(shop.webhooks.counts().held).toBe(7));
  const told = tell(200);
  startAnother();
  const held = () =>
    [shop.webhooks, ...others].map((sender) => sender.counts().held).toSorted((a, b) => a - b);
  await eventually(() => expect(held()).toEqual([3, 4]));
  startAnother();
  await eventually(() => expect(held()).toEqual([2, 2, 3]));
  await told;
  await eventually(() => expect(receivers.map(seen)).toEqual(receivers.map(() => 200)));
  expect(receivers.map(({ hits }) => hits)).toEqual(receivers.map(() => 200));
  await Promise.all(others.map((sender) => sender.close()));
  await eventually(() => expect(shop.webhooks.counts().held).toBe(7));
});

test('one that is switched off while it is handed over is sent nothing more, and the rest once it is on again', async () => {
  const first = await shop.receiver();
  // What was taken last is handed over first.
  await eventually(() => expect(shop.webhooks.counts().held).toBe(1));
  const answers: (() => void)[] = [];
  const late = await shop.receiver((_, response) => answers.push(() => response.writeHead(204).end()), {
    types: ['stock.changed'],
  });
  const lease = async ({ id }: { id: string }) =>
    (await shop.app.deps.database.run('test.lease', LEASE, [id]))[0];
  await eventually(() => expect(shop.webhooks.counts().held).toBe(2));
  // Two at a time: what is second of its subject waits for the first, and is passed by another subject.
  await shop.app.deps.database.transaction((tx) =>
    insertEvents(tx, [fact('S', 1), fact('S', 2), fact('T', 1)]),
  );
  await eventually(() => expect(answers).toHaveLength(2));
  startAnother();
  await eventually(() => expect(shop.webhooks.counts().held).toBe(1));
  const before = await lease(first);
  await shop.save(late.id, { url: late.url, types: ['stock.changed'], enabled: false }).expect(200);
  // Its sender has seen that when it has its other webhook for longer.
  await eventually(async () => expect(await lease(first)).not.toEqual(before));
  for (const answer of answers) answer();
  await eventually(async () => expect(await lease(late)).toMatchObject({ leased_by: null }));
  expect(late.hits).toBe(2);
  late.answer = 204;
  await shop.save(late.id, { url: late.url, types: ['stock.changed'], enabled: true }).expect(200);
  await eventually(() => expect(seen(late)).toBe(3));
});

const LEASE = 'SELECT leased_by, leased_until FROM webhooks WHERE id = $1';

test('what happens while nobody sends is sent afterwards; what is gone by then is a gap in the log', async () => {
  const erp = await good();
  const late = await good();
  await tell(10);
  await eventually(() => expect([seen(erp), seen(late)]).toEqual([10, 10]));
  await shop.save(late.id, { url: late.url, types: ['stock.changed'], enabled: false }).expect(200);
  await eventually(() => expect(shop.webhooks.counts().held).toBe(1));
  await tell(10);
  await eventually(() => expect(seen(erp)).toBe(20));
  const { database, feed } = shop.app.deps;
  const before = new Date(Date.now() + 60_000);
  await eventually(async () => {
    await openNextSpan(database, before);
    await database.retried((tx) => dropOldestSpan(tx, before));
    expect(await database.run('test.left', 'SELECT id FROM events', [])).toEqual([]);
  });
  await tell(5);
  await feed.settled();
  await shop.save(late.id, { url: late.url, types: ['stock.changed'] }).expect(200);
  await eventually(() => expect(seen(late)).toBe(15));
  await eventually(async () =>
    expect(await shop.deliveries(late.id, 'status=failed')).toMatchObject([
      { kind: 'gap', eventId: null, status: 'failed', error: 'events-expired' },
    ]),
  );
});

test('after the database was restored elsewhere it goes on by time: nothing is missed, and no gap is claimed', async () => {
  const erp = await good();
  await tell(10);
  await eventually(() => expect(seen(erp)).toBe(10));
  await shop.app.deps.database.run('test.restored', 'UPDATE feed_state SET epoch = epoch + 1', []);
  await tell(10);
  await eventually(() => expect(seen(erp)).toBe(20));
  expect(await shop.deliveries(erp.id, 'status=failed')).toEqual([]);
});
