// What a webhook's owner changed holds for all that comes after the answer, though the process that sends is told of it
// later: its feed is one of its own here, and reads only when a test lets it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Caller } from '../../src/domain/caller.ts';
import { decodeCursor, encodeCursor } from '../../src/domain/feedPosition.ts';
import { readForward } from '../../src/feed/history.ts';
import { type Feed, startFeed } from '../../src/feed/reader.ts';
import { Agenda } from '../../src/jobs/webhooks/agenda.ts';
import { Flow } from '../../src/jobs/webhooks/flow.ts';
import { startWebhooks } from '../../src/jobs/webhooks/runner.ts';
import { startTail } from '../../src/jobs/webhooks/tail.ts';
import { queueDeliveries } from '../../src/operations/queueDeliveries.ts';
import { findWebhook } from '../../src/queries/webhooks.ts';
import { eventually } from '../support/eventually.ts';
import type { Receiver } from '../support/receivers.ts';
import { LAMP, OTHER_STORE, STORE, TABLE } from '../support/shop.ts';
import { openWebhookShop, type WebhookShop } from '../support/webhookShop.ts';

const STOCK = { types: ['stock.changed'] };
/** Nothing of the kind happens here. */
const QUIET = { types: ['webhook.disabled'] };

const OWNER: Caller = {
  ...{ keyId: 'key_admin', name: 'owner', kind: 'secret', scopes: new Set(), locations: null, origins: [] },
  deviceId: null,
};

let shop: WebhookShop;
let feed: Feed;
let onHand = 100;
beforeAll(async () => {
  shop = await openWebhookShop({ job: { tryMilliseconds: 20_000 } });
  const { database, log } = shop.app.deps;
  feed = await startFeed({ database, log, pollMilliseconds: 3_600_000 });
  await shop.restart({ feed });
});
afterAll(async () => {
  await shop.close();
  await feed.close();
});

const happen = (sku = TABLE, location = STORE) => shop.put(sku, location, onHand++);
const eventsOf = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body));
const typesOf = (receiver: Receiver) => eventsOf(receiver).map(({ type }) => type);
const idsOf = ({ received }: Receiver) => new Set(received.map(({ id }) => id)).size;
const webhook = async (id: string) => (await shop.get(`/v1/webhooks/${id}`).expect(200)).body;

/** One that is up to date: it has had what happened just now. */
async function upToDate(answer?: Receiver['answer']) {
  const erp = await shop.receiver(204, STOCK);
  await happen();
  await eventually(() => expect(shop.webhooks.counts().held).toBeGreaterThan(0));
  await eventually(async () => {
    await feed.settled();
    expect(erp.hits).toBe(1);
  });
  if (answer !== undefined) erp.answer = answer;
  return erp;
}

/** One that takes over from another: signed for it with the same secret. */
async function successorOf({ secrets }: Receiver) {
  const fresh = await shop.receiver(204, QUIET);
  fresh.secrets = secrets;
  return fresh;
}

/** Answers when it is told to. */
function answering() {
  const answers: ((status: number) => void)[] = [];
  const answer: Receiver['answer'] = (_, response) =>
    void answers.push((status) => response.writeHead(status).end());
  return { answers, answer };
}

test('what happens after a webhook was widened is sent', async () => {
  const erp = await upToDate();
  await shop.save(erp.id, { url: erp.url, types: ['stock.changed', 'reservation.*'] }).expect(200);
  await shop.hold();
  await feed.settled();
  await eventually(() => expect(typesOf(erp)).toContain('reservation.held'));
});

test('what happens after webhooks were widened is sent, though processes that come and go take shares of them', async () => {
  const receivers = await Promise.all(Array.from({ length: 6 }, () => shop.receiver(204, QUIET)));
  const save = (types: object) =>
    Promise.all(receivers.map(({ id, url }) => shop.save(id, { url, ...types }).expect(200)));
  for (let round = 1; round <= 5; round++) {
    const other = startWebhooks({ ...shop.app.deps, allowsLocal: true, pollMilliseconds: 20 });
    await save(STOCK);
    await happen();
    await Promise.all([feed.settled(), round % 2 === 0 && other.close()]);
    // The same one twice is no fault.
    await eventually(() => expect(receivers.map(idsOf)).toEqual(receivers.map(() => round)));
    await other.close();
    await save(QUIET);
    await feed.settled();
  }
});

test('what happens after a webhook has another URL goes there, and only there', async () => {
  const old = await upToDate();
  const fresh = await successorOf(old);
  await shop.save(old.id, { url: fresh.url, ...STOCK }).expect(200);
  await happen();
  await feed.settled();
  await eventually(() => expect(fresh.received).toHaveLength(1));
  expect(old.hits).toBe(1);
});

test('what is asked for after a secret was changed is signed with the new one', async () => {
  const [erp, other] = [await upToDate(), await upToDate()];
  const { body } = await shop.post(`/v1/webhooks/${erp.id}/rotate`).expect(200);
  erp.secrets = [body.secret];
  await shop.post(`/v1/webhooks/${erp.id}/test`).expect(202);
  await shop.post(`/v1/webhooks/${other.id}/test`).expect(202);
  // What is due is looked for in all webhooks at once.
  await eventually(() => expect(typesOf(other)).toContain('webhook.test'));
  await feed.settled();
  await eventually(() => expect(typesOf(erp)).toContain('webhook.test'));
  expect(erp.forged).toBe(0);
});

test('its place in the feed goes no further than a change that is not known', async () => {
  const { database, log } = shop.app.deps;
  const { id, url } = await upToDate();
  const record = await findWebhook(database, id);
  if (record === null) throw new Error('the webhook is not there');
  const tail = startTail(feed, (_, before) => agenda.stopAt(before));
  const agenda = new Agenda(
    {
      ...{ webhook: { ...record, ...QUIET }, secret: Buffer.alloc(0), previousSecret: null, probeAt: null },
      ...{ cursor: encodeCursor(feed.position()), handledAt: new Date() },
    },
    {
      ...{ tx: database, feed, tail, log, gate: (work) => work(), pageRows: () => 500 },
      ...{ now: () => new Date(), flow: (from, at) => new Flow(from, at, () => 1_000) },
    },
    { onNews() {}, onGap() {} },
  );
  agenda.resume();
  await eventually(() => expect(agenda.oldestWaitingAt(false)).toBeNull());
  await shop.save(id, { url, ...STOCK }).expect(200);
  await happen();
  await feed.settled();
  agenda.noteHowFar();
  agenda.leave();
  tail.close();
  const left = await readForward(database, decodeCursor(agenda.place.cursor), feed.horizon(), 100);
  expect(left.events.map(({ type }) => type)).toEqual(['webhook.changed', 'stock.changed']);
});

test('a former URL that is gone ends nothing, nor does one that fails count', async () => {
  const { answers, answer } = answering();
  const old = await upToDate(answer);
  const fresh = await successorOf(old);
  await happen();
  await feed.settled();
  await eventually(() => expect(answers).toHaveLength(1));
  await shop.save(old.id, { url: fresh.url, ...STOCK }).expect(200);
  await happen(LAMP);
  await feed.settled();
  // Its sender knows of the new URL.
  await eventually(() => expect(fresh.received).toHaveLength(1));
  for (const end of answers) end(410);
  await eventually(async () =>
    expect(await shop.deliveries(old.id, 'status=pending')).toMatchObject([
      { attempts: 1, responseStatus: 410 },
    ]),
  );
  expect(await webhook(old.id)).toMatchObject({ status: 'enabled', disabledReason: null });
  const failures = 'SELECT failures FROM webhooks WHERE id = $1';
  expect(await shop.app.deps.database.run('test.failures', failures, [old.id])).toEqual([{ failures: 0 }]);
  await happen();
  await feed.settled();
  await eventually(() => expect(fresh.received).toHaveLength(2));
});

test('a URL that is gone ends nothing once its owner has given another, though its sender does not know yet', async () => {
  const { answers, answer } = answering();
  const old = await upToDate(answer);
  const fresh = await successorOf(old);
  await happen();
  await feed.settled();
  await eventually(() => expect(answers).toHaveLength(1));
  await shop.save(old.id, { url: fresh.url, ...STOCK }).expect(200);
  for (const end of answers) end(410);
  await eventually(async () =>
    expect(await shop.deliveries(old.id, 'status=pending')).toMatchObject([{ responseStatus: 410 }]),
  );
  await happen();
  await feed.settled();
  await eventually(() => expect(fresh.received).toHaveLength(1));
  expect(await webhook(old.id)).toMatchObject({ status: 'enabled', disabledReason: null });
});

test('what was under way for a location that a webhook hears no more is not tried again', async () => {
  const { answers, answer } = answering();
  const old = await upToDate(answer);
  const fresh = await successorOf(old);
  await happen(TABLE, OTHER_STORE);
  await happen(LAMP, STORE);
  await feed.settled();
  await eventually(() => expect(answers).toHaveLength(2));
  await shop.save(old.id, { url: fresh.url, ...STOCK, locations: [STORE] }).expect(200);
  for (const end of answers) end(500);
  await eventually(async () => expect(await shop.deliveries(old.id)).toHaveLength(3));
  const log = await shop.deliveries(old.id);
  expect(log).toHaveLength(3);
  expect(new Set(log.map(({ status }) => status))).toEqual(new Set(['delivered', 'failed', 'pending']));
  expect(log.find(({ status }) => status === 'failed')).toMatchObject({
    ...{ attempts: 1, responseStatus: 500, nextTryAt: null },
  });
});

test('what is asked for again while a webhook is narrowed is what it hears then', async () => {
  const { id, url } = await shop.receiver(204, STOCK);
  const { database } = shop.app.deps;
  const asked: (readonly string[] | null)[] = [];
  const replayed = database.transaction((tx) =>
    queueDeliveries(tx, {
      ...{ caller: OWNER, id, now: new Date() },
      async deliveries({ locations }) {
        asked.push(locations);
        if (asked.length === 1) await shop.save(id, { url, ...STOCK, locations: [STORE] }).expect(200);
        const heard = locations ?? [STORE, OTHER_STORE];
        return heard.map((location) => ({
          ...{ kind: 'replay' as const, eventId: `evt_${location}`, eventType: 'stock.changed' },
          ...{ occurredAt: new Date(), body: JSON.stringify({ location }) },
        }));
      },
    }),
  );
  expect(await replayed).toHaveLength(1);
  expect(asked).toEqual([null, [STORE]]);
  expect(await shop.deliveries(id)).toMatchObject([{ eventId: `evt_${STORE}` }]);
});
