// What the requests of a route are about, made through the API: an order where the next move is this one, a transfer on its
// way, a webhook, … Owns no assertion.
import { LAMP, OTHER_STORE, type Shop, STORE, TABLE } from '../support/shop.ts';

/** By the names that stand in braces in a request. `token`: whose request it is, where not the administrator's. */
export type Made = Readonly<Partial<Record<string, string>>>;
type Make = (shop: Shop) => Promise<Made>;

/** Before each move, the moves that lead to it. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  start: ['confirm'],
  acknowledge: ['confirm'],
  pick: ['confirm', 'start'],
  substitute: ['confirm', 'start', 'miss'],
  ready: ['confirm', 'start', 'pick'],
  collect: ['confirm', 'start', 'pick', 'ready'],
  reopen: ['confirm', 'start', 'pick', 'ready'],
  refuse: ['confirm', 'start', 'pick', 'ready'],
  'put-back': ['confirm', 'start', 'pick', 'ready', 'cancel'],
  return: ['confirm', 'start', 'pick', 'ready', 'collect'],
};

let made = 0;

async function order(shop: Shop, next: string): Promise<Made> {
  const plates = next === 'pick' ? [{ sku: LAMP, quantity: 6 }] : [];
  const { id } = await shop.hold({ lines: [{ sku: TABLE, quantity: 6 }, ...plates] });
  const bodies: Record<string, object> = {
    confirm: { orderReference: `B-${++made}` },
    pick: { lines: [{ sku: TABLE, picked: 6 }] },
    miss: { lines: [{ sku: TABLE, picked: 4, missing: 2 }] },
    collect: { override: { reason: 'known' } },
  };
  let pickupCode: string | undefined;
  for (const step of WAYS[next] ?? []) {
    const move = step === 'miss' ? 'pick' : step;
    const { body } = await shop.post(`/v1/reservations/${id}/${move}`, bodies[step]).expect(200);
    pickupCode ??= body.pickupCode;
  }
  return pickupCode === undefined ? { id } : { id, pickupCode };
}

async function transfer(shop: Shop, next: string): Promise<Made> {
  const sent = { from: STORE, to: OTHER_STORE, lines: [{ sku: TABLE, quantity: 12 }] };
  const { body } = await shop.post('/v1/transfers', sent, { key: `transfer-${++made}` }).expect(201);
  if (next === 'receive') await shop.post(`/v1/transfers/${body.id}/ship`).expect(200);
  return { id: body.id };
}

async function device(shop: Shop): Promise<Made> {
  const { body } = await shop.post('/v1/devices', { name: 'Counter', location: STORE }).expect(201);
  return { id: body.id, code: body.pairingCode };
}

const staff = (shop: Shop) =>
  create(shop, '/v1/staff', { name: `Nadia ${++made}`, location: STORE, pin: '8642' });

/** A tablet's own. */
async function ownDevice(shop: Shop): Promise<Made> {
  const { code } = await device(shop);
  const { body } = await shop.post('/v1/devices/pair', { code }).expect(200);
  const { id: staffId } = await staff(shop);
  return staffId === undefined ? {} : { token: body.token, staffId };
}

async function plan(shop: Shop): Promise<Made> {
  const { body } = await shop
    .post('/v1/plans', { near: '50.63,3.06', radiusKm: 900, lines: [{ sku: LAMP, quantity: 1 }] })
    .expect(200);
  return { id: body.data[0].id };
}

async function webhook(shop: Shop, next: string): Promise<Made> {
  const hook = await create(shop, '/v1/webhooks', { url: 'https://erp.example.com/comptoir' });
  if (next !== 'replay') return hook;
  const { body } = await shop.post(`/v1/webhooks/${hook.id}/test`);
  return { ...hook, deliveryId: body.id };
}

async function buffer(shop: Shop): Promise<Made> {
  return sent(shop, 'PUT', '/v1/buffers', JSON.stringify({ sku: TABLE, location: STORE, quantity: 1 }));
}

/** Nobody reads it here: it is not done before it is called off. */
async function file(shop: Shop): Promise<Made> {
  return sent(shop, 'POST', '/v1/imports?type=items', `sku,name.fr\nFILED-${++made},Table\n`);
}

async function sent({ app }: Shop, method: string, target: string, body: string): Promise<Made> {
  const type = method === 'PUT' ? 'application/json' : 'text/csv';
  const headers = { Authorization: `Bearer ${app.admin}`, 'Content-Type': type };
  const answer = await fetch(app.url + target, { method, headers, body });
  if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
  const { id }: Made = JSON.parse(await answer.text());
  return id === undefined ? {} : { id };
}

async function create(shop: Shop, target: string, body: object): Promise<Made> {
  const answer = await shop.post(target, body).expect(201);
  return { id: answer.body.id };
}

const MAKERS: readonly [route: RegExp, make: (shop: Shop, next: string) => Promise<Made>][] = [
  [/\/reservations\/\{id\}/, order],
  [/\/transfers\/\{id\}/, transfer],
  [/\/plans\/\{id\}/, plan],
  [/\/webhooks\/\{id\}/, webhook],
  [/\/buffers\/\{id\}/, buffer],
  [/\/imports\/\{id\}/, file],
  [/\/locations\/\{code\}/, async () => ({ code: STORE })],
  [/\/problems\/\{code\}/, async () => ({ code: 'insufficient-stock' })],
  [
    /\/keys\/\{id\}/,
    (shop) => create(shop, '/v1/keys', { name: 'Till', kind: 'secret', scopes: ['stock:write'] }),
  ],
  [/\/staff\/\{id\}/, staff],
  [/\/devices\/self/, ownDevice],
  [/\/devices\/(pair|\{id\})/, device],
];

/** Makes what the requests of a route, `POST /v1/transfers/{id}/ship`, are about. */
export function makerOf(route: string): Make {
  const next = route.split('/').at(-1) ?? '';
  const make = MAKERS.find(([pattern]) => pattern.test(route))?.[1];
  return async (shop) => (make === undefined ? {} : make(shop, next));
}
