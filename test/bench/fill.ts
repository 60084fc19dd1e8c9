// Fills an empty, migrated database with the retailer of world.ts at any size, with a history behind every level: ten million
// levels and fifty million movements take some minutes. The same rows in every run but for their dates, which end now.
// Set-based, on two connections; the indexes are those of the product, made at the end.
import pg from 'pg';
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { openDatabase } from '../../src/queries/transaction.ts';
import { type FilledTable, historyOf } from './history.ts';
import { itemInput, skuOf, storeCode, storeInput, WAREHOUSES, type World, warehouseInput } from './world.ts';

export type FillOptions = {
  world: World;
  /** At least one a level, spread evenly over `days` until now. */
  movements: number;
  days?: number;
  onProgress?: (doing: string, done: number, of: number) => void;
};

const DAYS_DEFAULT = 730;
const ROWS_A_STATEMENT = 500_000;
const CONNECTIONS = 2;
const ITEMS_A_TRANSACTION = 1_000;
/** In the order in which they are filled: levels refer to items and locations only. */
const TABLES: readonly FilledTable[] = ['movements', 'movement_facts', 'levels'];

/** Levels are then the fold of their movements: the integrity check finds no drift. */
export async function fill(url: string, options: FillOptions): Promise<void> {
  const { world, movements, days = DAYS_DEFAULT, onProgress = () => {} } = options;
  await saveCatalogue(url, world);
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(url)));
  try {
    const [client] = clients;
    if (client === undefined) return;
    const until = new Date();
    const { levels, from, appends } = historyOf({ ...world, movements, days, until });
    await client.query('SELECT movements_cover($1, $2)', [from, until]);
    const ids = await idsOf(client);
    const makeIndexes = await dropIndexes(client);
    for (const table of TABLES) {
      const rows = table === 'levels' ? levels : movements;
      await inPieces(clients, rows, async (on, first, last) => {
        await on.query(appends[table], [...ids, first, last]);
        onProgress(table, last, rows);
      });
    }
    await makeIndexes(clients, (done, of) => onProgress('indexes', done, of));
    await client.query("SELECT setval('movements_id_seq', $1)", [movements]);
    for (const table of TABLES) await client.query(`VACUUM (ANALYZE) ${table}`);
    await client.query('ANALYZE');
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function saveCatalogue(url: string, { stores, items }: World): Promise<void> {
  const database = openDatabase({
    ...{ url, connectionsMax: 1, statementMilliseconds: 600_000 },
    onIdleError: () => {},
  });
  try {
    const now = new Date();
    const places = [
      ...WAREHOUSES.map((code, number) => ({ code, input: warehouseInput(number) })),
      ...Array.from({ length: stores }, (_, store) => ({ code: storeCode(store), input: storeInput(store) })),
    ];
    await database.transaction((tx) => saveLocations(tx, places, now));
    for (let from = 0; from < items; from += ITEMS_A_TRANSACTION) {
      const length = Math.min(ITEMS_A_TRANSACTION, items - from);
      const some = Array.from({ length }, (_, n) => ({ sku: skuOf(from + n), input: itemInput(from + n) }));
      await database.transaction((tx) => saveItems(tx, some, now));
    }
  } finally {
    await database.close();
  }
}

/** Of items and of stores, in the order of their numbers. */
async function idsOf(client: pg.Client): Promise<[number[], number[]]> {
  const { rows } = await client.query<{ items: number[]; stores: number[] }>(
    `SELECT (SELECT array_agg(id ORDER BY sku) FROM items) AS items,
            (SELECT array_agg(id ORDER BY code) FROM locations WHERE kind = 'store') AS stores`,
  );
  return [rows[0]?.items ?? [], rows[0]?.stores ?? []];
}

/** No triggers and no foreign keys: the trigger would note the facts, which are a table like the others here. */
async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'fill' });
  await client.connect();
  await client.query(`SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET work_mem = '64MB'; SET jit = off;
    SET max_parallel_maintenance_workers = 0; SET session_replication_role = replica`);
  return client;
}

/** Piece by piece, each connection the next one that is left. */
async function inPieces(
  clients: readonly pg.Client[],
  rows: number,
  work: (client: pg.Client, first: number, last: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (next < rows) {
        const first = next;
        next = Math.min(rows, next + ROWS_A_STATEMENT);
        await work(client, first, next);
      }
    }),
  );
}

/** Takes the keys and indexes away, and answers how to make them again, as the catalogue said them. */
async function dropIndexes(client: pg.Client) {
  const { rows } = await client.query<{
    parent: string;
    name: string;
    constraint: string | null;
    text: string;
  }>(
    `SELECT t.relname AS parent, c.relname AS name, k.conname AS constraint,
            coalesce('ADD CONSTRAINT ' || k.conname || ' ' || pg_get_constraintdef(k.oid), pg_get_indexdef(c.oid)) AS text
     FROM pg_index i
     JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_class t ON t.oid = i.indrelid
     LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u')
     WHERE t.relname = ANY ($1) ORDER BY c.relname`,
    [TABLES],
  );
  // Lines and conflicts refer to levels, which keep their key.
  const ours = rows.filter(({ name }) => name !== 'levels_pkey');
  for (const { parent, name, constraint } of ours) {
    await client.query(
      constraint === null ? `DROP INDEX ${name}` : `ALTER TABLE ${parent} DROP CONSTRAINT ${name}`,
    );
  }
  return async (clients: readonly pg.Client[], onMade: (done: number, of: number) => void) => {
    const left = [...ours];
    let done = 0;
    // One connection a table: two would wait for each other's lock.
    const tables = [['movements'], ['movement_facts', 'levels']];
    await Promise.all(
      clients.map(async (on, place) => {
        for (const { parent, constraint, text } of left.filter((one) =>
          tables[place]?.includes(one.parent),
        )) {
          await on.query(
            constraint === null ? text.replace(' ON ONLY ', ' ON ') : `ALTER TABLE ${parent} ${text}`,
          );
          done += 1;
          onMade(done, ours.length);
        }
      }),
    );
  };
}
