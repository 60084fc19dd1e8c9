// A tablet hears when an item that its open orders hold is described anew, and of no other item.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { io } from 'socket.io-client';
import request from 'supertest';
import { eventually } from '../support/eventually.ts';
import { type Client, clientOf } from '../support/liveBench.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
const clients: Client[] = [];

beforeAll(async () => {
  shop = await openShop();
  for (const store of [STORE, OTHER_STORE]) await shop.put(TABLE, store, 5);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await shop.app.close();
});

async function tablet(location: string) {
  const { token } = await shop.app.key({ kind: 'device', locations: [location] });
  const client = clientOf(
    io(`${shop.app.url}/live`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    }),
  );
  clients.push(client);
  await client.isReady();
  return { token, heard: () => subjectsOf(client.events) };
}

const subjectsOf = (events: readonly { type: string; subject: string; version: number }[]) =>
  events
    .filter(({ type }) => type === 'item.changed')
    .map(({ subject, version }) => `${subject} v${version}`);

let said = 0;
async function describe(sku: string): Promise<void> {
  said += 1;
  const name = { fr: `${sku} ${said}` };
  const bearer = `Bearer ${shop.app.admin}`;
  await request(shop.app.url).put(`/v1/items/${sku}`).set('Authorization', bearer).send({ name }).expect(200);
}

test('only the store whose open order holds the item hears of it, by socket and by long poll, until it is closed', async () => {
  const [here, there] = [await tablet(STORE), await tablet(OTHER_STORE)];
  const { body: start } = await shop.get('/v1/events?after=latest', here.token).expect(200);
  const { id } = await shop.hold();
  await describe(TABLE);
  // Heard before the order is there: who hears of a change is asked when the feed reads it.
  await shop.app.deps.feed.settled();
  await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: 'ITEMS-1' }).expect(200);
  await shop.app.deps.feed.settled();
  await describe(TABLE);
  await describe(LAMP);
  await eventually(() => expect(here.heard()).toEqual([`${TABLE} v3`]));
  const { body } = await shop.get(`/v1/events?after=${start.nextCursor}&types=item.changed`, here.token);
  // Read later, by what is open now: that it was no order yet when it changed first does not matter.
  expect(subjectsOf(body.data)).toEqual([`${TABLE} v2`, `${TABLE} v3`]);

  await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
  await shop.app.deps.feed.settled();
  await describe(TABLE);
  await shop.put(TABLE, STORE, 7);
  await shop.app.deps.feed.settled();
  expect(here.heard()).toEqual([`${TABLE} v3`]);
  expect(there.heard()).toEqual([]);
  const after = await shop.get('/v1/events?types=item.changed', here.token).expect(200);
  expect(after.body.data).toEqual([]);
});
