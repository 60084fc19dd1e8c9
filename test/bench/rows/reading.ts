// Availability, as shops ask for it: many items, many points, both kinds of keys. The floors answer a constant of the same
// size, so that a ratio above one means: the real answer comes faster than the framework serves a ready one.
import type { Group, Side } from '../group.ts';
import { type Request, rateOf, type Taken } from '../load/load.ts';
import type { Rig } from '../rig.ts';
import type { Shop } from '../shop.ts';
import { fraction, pointOf, skuOf, type World } from '../world.ts';

const CONNECTIONS = 32;
/** Different requests: too many to be remembered by accident, few enough to be prepared. */
const REQUESTS = 2_000;
const PLACES = 10;
/** So far that there are ten of them for shoppers in the country too. */
const RADIUS_KM = 200;
const CART_LINES = 5;
/** Answers of which the one of middle length is what the floors answer. */
const EXAMPLES = 51;

export const reading: Group = {
  name: 'reading',
  rows: [
    row('availability', 'availability, 1 item, 10 nearest of 2,000 stores ÷ Express GET', 'express', 1.5),
    row('availability-http', 'the same ÷ node:http', 'http', 0.35),
    row('availability-tuned', 'the same ÷ Express without etag, a ready string', 'tuned', null),
    {
      ...row('availability-secret', 'the same with a secret key (counts) ÷ Express GET', 'express', null),
      ours: 'secret',
    },
    { ...row('cart', 'availability, 5-line cart ÷ Express GET', 'express-cart', 0.8), ours: 'cart' },
    { ...row('cart-http', 'the same ÷ node:http', 'http-cart', null), ours: 'cart' },
  ],
  async prepare(rig, shop) {
    const items = requests(shop.world, 1);
    const carts = requests(shop.world, CART_LINES);
    const { http, express, tuned } = rig.floors.urls;
    const bodies = { item: await middle(shop, items), cart: await middle(shop, carts) };
    for (const [name, body] of Object.entries(bodies)) {
      rig.tell(`reading: the answer of middle length to one ${name} has ${Buffer.byteLength(body)} bytes`);
      await rig.floors.ask('answerWith', { name, body });
    }
    const constant = (url: string, name: keyof typeof bodies) =>
      side(rig, {
        url,
        authorization: null,
        requests: [{ method: 'GET', path: `/constant/${name}` }],
        right: ({ body }) => body === bodies[name],
      });
    const { publishable, secret } = shop.keys;
    return {
      sides: {
        item: await side(rig, {
          url: shop.url,
          authorization: publishable,
          requests: items,
          right: isAnswer(1),
        }),
        express: await constant(express, 'item'),
        http: await constant(http, 'item'),
        tuned: await constant(tuned, 'item'),
        secret: await side(rig, {
          url: shop.url,
          authorization: secret,
          requests: items,
          right: isAnswer(1),
        }),
        cart: await side(rig, {
          url: shop.url,
          authorization: publishable,
          requests: carts,
          right: isAnswer(CART_LINES),
        }),
        'express-cart': await constant(express, 'cart'),
        'http-cart': await constant(http, 'cart'),
      },
    };
  },
};

function row(name: string, title: string, floor: string, bar: number | null) {
  return {
    name,
    title,
    ours: 'item',
    floor,
    bar: bar === null ? null : { atLeast: bar },
    unit: '/s',
  } as const;
}

/** Items and points as drawn once: the same in every run. */
export function requests(world: World, lines: number): Request[] {
  return Array.from({ length: REQUESTS }, (_, number) => {
    const { latitude, longitude } = pointOf(1_000_000 + number);
    const first = Math.floor(fraction(number, 5) * world.items);
    const step = 1 + Math.floor(fraction(number, 6) * (world.items - 1) * (1 / CART_LINES));
    const cart = Array.from(
      { length: lines },
      (_, line) => `${skuOf((first + line * step) % world.items)}:${1 + (line % 2)}`,
    );
    const near = `${latitude.toFixed(3)},${longitude.toFixed(3)}`;
    return {
      method: 'GET',
      path: `/v1/availability?items=${cart.join(',')}&near=${near}&radiusKm=${RADIUS_KM}&limit=${PLACES}`,
    };
  });
}

async function middle(shop: Shop, all: readonly Request[]): Promise<string> {
  const texts: string[] = [];
  for (const request of all.slice(0, EXAMPLES)) {
    const answer = await fetch(`${shop.url}${request.path}`, {
      headers: { Authorization: shop.keys.publishable },
    });
    texts.push(await answer.text());
  }
  return texts.toSorted((a, b) => a.length - b.length)[Math.floor(EXAMPLES / 2)] ?? '{}';
}

type SideOptions = {
  url: string;
  authorization: string | null;
  requests: Request[];
  connections?: number;
  right: (taken: Taken) => boolean;
};

/** Asks over and over; throws where an answer is not right. */
export async function side(
  rig: Rig,
  { url, authorization, requests: asked, right, connections = CONNECTIONS }: SideOptions,
): Promise<Side> {
  const headers = authorization === null ? {} : { Authorization: authorization };
  const job = await rig.load.ask('prepare', {
    ...{ url, headers, requests: asked, connections, statuses: [200] },
  });
  return async (seconds) => {
    const run = await rig.load.ask('run', { job, seconds });
    const wrong = run.taken.find((taken) => !right(taken));
    if (wrong !== undefined)
      throw new Error(`not the answer to ${wrong.request.path}: ${wrong.body.slice(0, 500)}`);
    return rateOf(run);
  };
}

type Answer = { locations?: { location?: { code?: string }; lines?: { sku?: string }[] }[] };

/** Places, each with the lines that were asked for. */
export function isAnswer(lines: number): SideOptions['right'] {
  return ({ request, body }) => {
    const { locations = [] }: Answer = JSON.parse(body);
    const skus: string[] = request.path.match(/ITEM-\d+/g) ?? [];
    const isLine = ({ sku = '' }) => skus.includes(sku);
    return (
      locations.length === PLACES &&
      locations.every((place) => place.lines?.length === lines && place.lines.every(isLine))
    );
  };
}
