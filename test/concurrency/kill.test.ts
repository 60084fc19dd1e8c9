// The API is killed (kill -9) in mid-load, again and again: what it acknowledged is there, what it did not acknowledge is
// there once or not at all, and who asks again with the same key gets the one answer.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contradictions } from '../support/evidence.ts';
import { type RealProcess, startEmptyShop } from '../support/realProcess.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { LILLE, newReservationId, openStockRoom, type StockRoom, TABLE } from '../support/stockRoom.ts';

const ADMIN = 'test-admin-key-of-the-kill-test';
const KILLS = rounds(4);
const ACKNOWLEDGED_UNTIL_KILL = 150;
const CALLERS = 32;
const UNITS = 1_000_000;

type Answer = { status: number; body: { id: string; outcomes: { outcome: string }[] } };
/** One request: sent again word for word until it is answered. */
type Request = { path: string; key: string; body: object };

let room: StockRoom;
let server: RealProcess;
beforeAll(async () => {
  room = await openStockRoom();
  await room.put(TABLE, LILLE, UNITS);
});
afterAll(async () => {
  await server?.stop();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

function start(): Promise<RealProcess> {
  return startEmptyShop(room.url, ADMIN);
}

async function send({ path, key, body }: Request): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${ADMIN}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': key,
  };
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

const place = (key: string): Request => ({
  path: '/v1/reservations',
  key,
  body: { location: LILLE, lines: [{ sku: TABLE, quantity: 1 }], customer: { reference: key } },
});
const sell = (key: string): Request => ({
  path: '/v1/stock/movements',
  key,
  body: {
    source: 'pos',
    movements: [
      {
        eventId: key,
        type: 'sale',
        sku: TABLE,
        location: LILLE,
        quantity: 1,
        occurredAt: new Date().toISOString(),
      },
    ],
  },
});

test(
  'every acknowledged reservation and sale is there after each kill, none twice',
  async () => {
    const acknowledged = new Map<string, Answer>();
    let unanswered: Request[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      server = await start();
      for (const request of unanswered) acknowledged.set(request.key, await send(request));
      unanswered = await loadUntilKilled(acknowledged);
      expect(unanswered.length).toBeGreaterThan(0);
    }
    server = await start();
    for (const request of unanswered) acknowledged.set(request.key, await send(request));

    const reservations = [...acknowledged].filter(([key]) => key.startsWith('place'));
    expect(await placed()).toEqual(new Map(reservations.map(([key, { body }]) => [key, [body.id]])));
    const sales = [...acknowledged].filter(([key]) => key.startsWith('sell'));
    expect(new Set(sales.map(([, { body }]) => body.outcomes[0]?.outcome))).toEqual(new Set(['applied']));
    expect(await room.level(TABLE, LILLE)).toMatchObject({
      onHand: UNITS - sales.length,
      reserved: reservations.length,
    });
  },
  ROUNDS_TIMEOUT * 2,
);

/** Answers the requests that got no answer. */
async function loadUntilKilled(acknowledged: Map<string, Answer>): Promise<Request[]> {
  const until = acknowledged.size + ACKNOWLEDGED_UNTIL_KILL;
  const callers = Array.from({ length: CALLERS }, async () => {
    for (let n = 0; ; n++) {
      const request = n % 3 === 2 ? sell(`sell-${newReservationId()}`) : place(`place-${newReservationId()}`);
      const answer = await send(request).catch(() => null);
      if (answer === null) return request;
      expect(answer.status).toBeLessThan(300);
      acknowledged.set(request.key, answer);
      if (acknowledged.size === until) server.child.kill('SIGKILL');
    }
  });
  return Promise.all(callers);
}

/** Ids of the reservations by the key they were asked for with. */
async function placed(): Promise<Map<string, string[]>> {
  const rows = await room.database.run<{ key: string; ids: string[] }>(
    'test.placed_by_key',
    'SELECT customer_reference AS key, array_agg(id) AS ids FROM reservations GROUP BY 1',
    [],
  );
  return new Map(rows.map(({ key, ids }) => [key, ids]));
}
