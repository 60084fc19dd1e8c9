// Movements as back offices send them, a thousand a request, and as files, against COPY into a table of the same shape.
import type { Group, Sample, Side } from '../group.ts';
import { KEY, type Request, type Taken } from '../load/load.ts';
import type { ReservationBody } from '../reservationBody.ts';
import { query, type Rig } from '../rig.ts';
import type { Shop } from '../shop.ts';
import { fraction } from '../world.ts';
import { randomLevels } from './reserving.ts';

const A_REQUEST = 1_000;
/** Back offices that send at once. */
const CONNECTIONS = 4;
/** Different requests; each is sent with event ids of its own. */
const REQUESTS = 8;
/** The first file's rows; later ones have what takes about a round, by how long the last one took. */
const IMPORT_ROWS_FIRST = 5_000;
/** Too short ones would measure what any file costs, however small. */
const IMPORT_SECONDS_MIN = 1;
/** Seldom: asking costs the API as much as thirty rows. When the import ended, the import itself says. */
const IMPORT_POLL_MILLISECONDS = 150;
const SOURCES = { api: 'bench-till', file: 'bench-file', copy: 'bench-copy' } as const;
const COPY_TABLE = 'bench_movements';

type Fact = {
  store: string;
  sku: string;
  type: 'sale' | 'receipt' | 'return';
  quantity: number;
  occurredAt: string;
};

export const ingest: Group = {
  name: 'ingest',
  rows: [
    {
      ...{ name: 'movements', title: 'movements by API, 1,000 a request, rows ÷ COPY' },
      ...{ ours: 'api', floor: 'copy', bar: { atLeast: 0.2 }, unit: '/s' },
    },
    {
      ...{ name: 'import', title: 'imported rows ÷ COPY' },
      ...{ ours: 'file', floor: 'copy', bar: { atLeast: 0.35 }, unit: '/s' },
    },
  ],
  async prepare(rig, shop) {
    const levels = randomLevels(shop.world);
    const batches = Array.from({ length: REQUESTS }, (_, batch) => factsOf(levels, batch));
    const sent = { api: await recorded(shop, SOURCES.api), file: await recorded(shop, SOURCES.file) };
    return {
      sides: {
        api: await byApi(rig, shop, batches, (rows) => {
          sent.api += rows;
        }),
        copy: await byCopy(rig, shop, batches),
        file: byFile(shop, batches, (rows) => {
          sent.file += rows;
        }),
      },
      async check() {
        for (const way of ['api', 'file'] as const) await checkRecorded(shop, SOURCES[way], sent[way]);
      },
    };
  },
};

/** A day's movements, most of them sales. */
function factsOf(levels: readonly ReservationBody[], batch: number): Fact[] {
  const now = Date.now();
  return Array.from({ length: A_REQUEST }, (_, n) => {
    const number = batch * A_REQUEST + n;
    const level = levels[Math.floor(fraction(number, 9) * levels.length)];
    const kind = fraction(number, 10);
    return {
      store: level?.location ?? '',
      sku: level?.lines[0]?.sku ?? '',
      ...(kind < 0.8
        ? { type: 'sale' as const, quantity: 1 }
        : kind < 0.95
          ? { type: 'receipt' as const, quantity: 6 }
          : { type: 'return' as const, quantity: 1 }),
      occurredAt: new Date(now - Math.floor(fraction(number, 11) * 86_400_000)).toISOString(),
    };
  });
}

type Tally = (rows: number) => void;

async function byApi(rig: Rig, shop: Shop, batches: readonly Fact[][], tally: Tally): Promise<Side> {
  const requests = batches.map((facts): Request => {
    const movements = facts.map(({ store, ...fact }, n) => ({
      eventId: `${KEY}-${n}`,
      location: store,
      ...fact,
    }));
    const body = JSON.stringify({ source: SOURCES.api, movements });
    return { method: 'POST', path: '/v1/stock/movements', body };
  });
  const headers = { Authorization: shop.keys.secret, 'Idempotency-Key': KEY };
  const job = await rig.load.ask('prepare', {
    ...{ url: shop.url, requests, headers, connections: CONNECTIONS, statuses: [200] },
  });
  return async (seconds) => {
    const run = await rig.load.ask('run', { job, seconds });
    for (const taken of run.taken) checkApplied(taken);
    const operations = run.answered * A_REQUEST;
    tally(operations);
    return { operations, value: operations / run.seconds, details: { requests: run.answered, p50: run.p50 } };
  };
}

function checkApplied({ body }: Taken): void {
  const { applied }: { applied?: number } = JSON.parse(body);
  if (applied !== A_REQUEST) throw new Error(`not all were applied: ${body.slice(0, 500)}`);
}

/** Files so far, of all sides: growth prepares those of the base size once more, and an event id comes once. */
let files = 0;

/** From the first byte that is sent to the import's end. */
function byFile(shop: Shop, batches: readonly Fact[][], tally: Tally): Side {
  let rowsASecond: number | null = null;
  return async (seconds) => {
    const hoped =
      rowsASecond === null ? IMPORT_ROWS_FIRST : rowsASecond * Math.max(seconds, IMPORT_SECONDS_MIN);
    const rows = Math.ceil(hoped / A_REQUEST) * A_REQUEST;
    const body = csvOf(batches, rows, `file-${process.pid}-${files++}`);
    const startedAt = Date.now();
    const posted = await fetch(`${shop.url}/v1/imports?type=movements&source=${SOURCES.file}`, {
      method: 'POST',
      headers: { Authorization: shop.keys.secret, 'Content-Type': 'text/csv' },
      body,
    });
    if (posted.status !== 202)
      throw new Error(`the import was answered ${posted.status}: ${await posted.text()}`);
    const { id }: { id: string } = JSON.parse(await posted.text());
    const { done, endedAt } = await finished(shop, id);
    const took = (endedAt - startedAt) / 1_000;
    if (done !== rows) throw new Error(`${done} of ${rows} rows are in`);
    tally(rows);
    rowsASecond = rows / took;
    return { operations: rows, value: rowsASecond } satisfies Sample;
  };
}

/** The rows that it brought in, and when. */
async function finished(shop: Shop, id: string): Promise<{ done: number; endedAt: number }> {
  for (;;) {
    const { status, rowsDone, rowsRejected, finishedAt } = importOf(
      await shop.call({ method: 'GET', path: `/v1/imports/${id}` }),
    );
    if (status === 'succeeded')
      return { done: rowsDone - rowsRejected, endedAt: Date.parse(finishedAt ?? '') };
    if (status !== 'queued' && status !== 'running') throw new Error(`the import ${status}`);
    await new Promise((resolve) => setTimeout(resolve, IMPORT_POLL_MILLISECONDS));
  }
}

type Import = { status: string; rowsDone: number; rowsRejected: number; finishedAt: string | null };

/** The server under test is ours. */
function importOf(answer: unknown): Import {
  return answer as Import;
}

function csvOf(batches: readonly Fact[][], rows: number, name: string): string {
  const lines = ['eventId,type,sku,location,quantity,occurredAt'];
  for (let n = 0; n < rows; n++) {
    const fact = batches[Math.floor(n / A_REQUEST) % batches.length]?.[n % A_REQUEST];
    if (fact === undefined) throw new Error('a batch without its facts');
    const { type, sku, store, quantity, occurredAt } = fact;
    lines.push(`${name}-${n},${type},${sku},${store},${quantity},${occurredAt}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Into a table with the ledger's columns, checks and indexes, and its promise that an event id comes once a source. */
async function byCopy(rig: Rig, shop: Shop, batches: readonly Fact[][]): Promise<Side> {
  await query(shop.databaseUrl, `DROP TABLE IF EXISTS ${COPY_TABLE}`);
  await query(shop.databaseUrl, `CREATE TABLE ${COPY_TABLE} (LIKE movements INCLUDING ALL)`);
  await query(
    shop.databaseUrl,
    `ALTER TABLE ${COPY_TABLE} ADD CONSTRAINT bench_event UNIQUE (source, event_id)`,
  );
  const items = await idsOf(shop, 'SELECT sku AS name, id FROM items');
  const locations = await idsOf(shop, 'SELECT code AS name, id FROM locations');
  const chunks = batches.map((facts) =>
    facts
      .map(({ store, sku, type, quantity, occurredAt }, n) => {
        const delta = type === 'sale' ? -quantity : quantity;
        const ids = [items.get(sku), locations.get(store)];
        return `${[...ids, type, quantity, delta, SOURCES.copy, `${KEY}-${n}`, occurredAt].join('\t')}\n`;
      })
      .join(''),
  );
  const columns = [
    'item_id',
    'location_id',
    'type',
    'quantity',
    'on_hand_delta',
    'source',
    'event_id',
    'occurred_at',
  ];
  const copy = { databaseUrl: shop.databaseUrl, table: COPY_TABLE, columns, chunks };
  return async (seconds) => {
    const run = await rig.load.ask('copy', { ...copy, seconds });
    return { operations: run.operations, value: run.operations / run.seconds };
  };
}

async function idsOf(shop: Shop, text: string): Promise<Map<string, number>> {
  const rows = await query(shop.databaseUrl, text);
  return new Map(rows.map(({ name, id }) => [String(name), Number(id)]));
}

/** Every row that was answered as applied is in the ledger, once. */
async function checkRecorded(shop: Shop, source: string, sent: number): Promise<void> {
  const rows = await recorded(shop, source);
  if (rows !== sent) throw new Error(`${sent} movements of ${source} were applied, ${rows} are there`);
}

async function recorded(shop: Shop, source: string): Promise<number> {
  const [row] = await query(
    shop.databaseUrl,
    `SELECT count(*)::int AS rows FROM movements WHERE source = '${source}'`,
  );
  return Number(row?.rows);
}
