// The naive way, kept beside ours as a baseline: one transaction a request, which locks, checks and writes. Written as good
// programmers do: an Express route, a zod schema, a pool, prepared statements, the lines locked in one order, the same rows in
// the same tables (level, reservation, line, history, events, idempotency), so that a retry has one effect too. No key, no
// limits, no log, no promise: what it leaves out only makes it faster.
import { createHash, randomUUID } from 'node:crypto';
import express, { type Express } from 'express';
import type pg from 'pg';
import { type ReservationBody, reservationBody } from './reservationBody.ts';

const KEY_ID = 'key_naive';
/** Measured beside 8, 32 and 64 at 64 callers on two cores: more only wait for each other. */
export const NAIVE_CONNECTIONS = 16;

type Answer = { status: number; body: string };
type LockedRow = {
  item_id: number;
  location_id: number;
  sku: string;
  on_hand: number;
  reserved: number;
  buffer: number;
  version: number;
};
type Wanted = LockedRow & { quantity: number };

export function naiveApp(pool: pg.Pool): Express {
  return express().post('/v1/reservations', express.json(), async (request, response) => {
    const body = reservationBody.parse(request.body);
    const answer = await reserveNaively(pool, body, request.get('Idempotency-Key') ?? randomUUID());
    response.status(answer.status).type('json').send(answer.body);
  });
}

export async function reserveNaively(pool: pg.Pool, body: ReservationBody, key: string): Promise<Answer> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const answer = await decide(client, body, key);
    await client.query(answer.status === 201 ? 'COMMIT' : 'ROLLBACK');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function decide(client: pg.PoolClient, body: ReservationBody, key: string): Promise<Answer> {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest();
  const [answered] = await run<{ status: number; response: Buffer; request_hash: Buffer }>(
    client,
    'naive.answered',
    'SELECT status, response, request_hash FROM idempotency_keys WHERE key_id = $1 AND idempotency_key = $2',
    [KEY_ID, key],
  );
  if (answered !== undefined) {
    const isSame = answered.request_hash.equals(hash);
    return isSame
      ? { status: answered.status, body: answered.response.toString() }
      : { status: 422, body: '{}' };
  }
  const wanted = await lock(client, body);
  const shortages = wanted.filter((row) => row.on_hand - row.reserved - row.buffer < row.quantity);
  if (shortages.length > 0 || wanted.length < body.lines.length) {
    const told = shortages.map(({ sku, quantity }) => ({ sku, requested: quantity, available: 0 }));
    return { status: 409, body: JSON.stringify({ code: 'insufficient-stock', shortages: told }) };
  }
  return write(client, { body, key, hash, wanted });
}

async function lock(client: pg.PoolClient, { location, lines }: ReservationBody): Promise<Wanted[]> {
  const rows = await run<LockedRow>(
    client,
    'naive.lock',
    `SELECT l.item_id, l.location_id, i.sku, l.on_hand, l.reserved, l.buffer, l.version
     FROM levels l JOIN items i ON i.id = l.item_id JOIN locations o ON o.id = l.location_id
     WHERE o.code = $1 AND i.sku = ANY ($2) ORDER BY l.item_id FOR NO KEY UPDATE OF l`,
    [location, lines.map((line) => line.sku)],
  );
  const quantities = new Map(lines.map((line) => [line.sku, line.quantity]));
  return rows.map((row) => ({ ...row, quantity: quantities.get(row.sku) ?? 0 }));
}

type Decided = { body: ReservationBody; key: string; hash: Buffer; wanted: readonly Wanted[] };

async function write(client: pg.PoolClient, { body, key, hash, wanted }: Decided): Promise<Answer> {
  const id = `rsv_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  const now = new Date();
  const expiresAt = new Date(now.getTime() + body.ttlSeconds * 1_000);
  const lines = wanted.map(({ sku, quantity }) => ({
    sku,
    quantity,
    reserved: quantity,
    picked: 0,
    missing: 0,
  }));
  const { location, channel } = body;
  const shown = {
    id,
    status: 'held',
    location,
    channel,
    lines,
    expiresAt,
    promise: null,
    version: 1,
    createdAt: now,
  };
  const text = JSON.stringify(shown);
  const items = wanted.map((row) => row.item_id);
  const quantities = wanted.map((row) => row.quantity);
  const locationId = wanted[0]?.location_id;
  await run(
    client,
    'naive.levels',
    `UPDATE levels l SET reserved = l.reserved + n.quantity, version = l.version + 1, updated_at = $4
     FROM unnest($1::int[], $2::int[]) AS n (item_id, quantity)
     WHERE l.item_id = n.item_id AND l.location_id = $3`,
    [items, quantities, locationId, now],
  );
  await run(
    client,
    'naive.reservation',
    `INSERT INTO reservations (id, location_id, status, channel, order_reference, customer, customer_reference, payment,
                               expires_at, key_id, created_at, updated_at)
     VALUES ($1, $2, 'held', $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
    [
      ...[id, locationId, channel, body.orderReference ?? null, body.customer ?? null],
      ...[body.customer?.reference ?? null, body.payment ?? null, expiresAt, KEY_ID, now],
    ],
  );
  await run(
    client,
    'naive.lines',
    `INSERT INTO reservation_lines (reservation_id, item_id, location_id, quantity, reserved, reserved_at)
     SELECT $1, n.item_id, $3, n.quantity, n.quantity, $5 FROM unnest($2::int[], $4::int[]) AS n (item_id, quantity)`,
    [id, items, locationId, quantities, now],
  );
  await run(
    client,
    'naive.history',
    `INSERT INTO reservation_transitions (reservation_id, version, type, to_status, actor, at)
     VALUES ($1, 1, 'held', 'held', 'naive', $2)`,
    [id, now],
  );
  await tell(client, { text, id, location, now, wanted });
  await run(
    client,
    'naive.answer',
    'INSERT INTO idempotency_keys (key_id, idempotency_key, request_hash, status, response) VALUES ($1, $2, $3, 201, $4)',
    [KEY_ID, key, hash, Buffer.from(text)],
  );
  return { status: 201, body: text };
}

type Told = { text: string; id: string; location: string; now: Date; wanted: readonly Wanted[] };

async function tell(client: pg.PoolClient, { text, id, location, now, wanted }: Told): Promise<void> {
  const levels = wanted.map((row) => ({
    subject: `${row.sku}@${location}`,
    version: row.version + 1,
    data: JSON.stringify({
      sku: row.sku,
      onHand: row.on_hand,
      reserved: row.reserved + row.quantity,
      reason: 'held',
    }),
  }));
  await run(
    client,
    'naive.events',
    `INSERT INTO events (type, occurred_at, location, subject, version, data)
     SELECT n.type, $1, $2, n.subject, n.version, n.data
     FROM unnest($3::text[], $4::text[], $5::int[], $6::json[]) AS n (type, subject, version, data)`,
    [
      ...[now, location, ['reservation.held', ...levels.map(() => 'stock.changed')]],
      ...[
        [id, ...levels.map(({ subject }) => subject)],
        [1, ...levels.map(({ version }) => version)],
        [text, ...levels.map(({ data }) => data)],
      ],
    ],
  );
}

/** Parsed once a connection. */
async function run<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  return (await client.query<Row>({ name, text, values: [...values] })).rows;
}
