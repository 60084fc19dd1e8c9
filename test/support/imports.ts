// Files as a back office sends them to a shop's app, with or without the job that runs them. Owns no assertion.
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Import } from '../../src/domain/import.ts';
import { startImports } from '../../src/jobs/imports/runner.ts';
import { eventually } from './eventually.ts';
import { openShop, type Shop } from './shop.ts';

export type Sent = { status: number; headers: IncomingMessage['headers']; body: Import & { code?: string } };
export type SendOptions = { token?: string; headers?: Record<string, string> };

export type ImportShop = Shop & {
  /** Sends a file; the query as names and values. */
  send(body: Readable | Buffer | string, query: Record<string, string>, options?: SendOptions): Promise<Sent>;
  /** Sends a file and waits for the import's end. */
  run(
    body: Readable | Buffer | string,
    query: Record<string, string>,
    options?: SendOptions,
  ): Promise<Import>;
  /** The import, once it is as wanted. */
  until(id: string, wanted: (record: Import) => boolean): Promise<Import>;
  ended(id: string): Promise<Import>;
  /** The rejected rows' lines, without the header. */
  errors(id: string): Promise<string[]>;
  /** What must not change when a file comes again. */
  state(): Promise<unknown>;
  count(table: 'imports' | 'import_chunks' | 'movements'): Promise<number>;
  startJob(): { close(): Promise<void> };
  close(): Promise<void>;
};

/** A shop whose imports run at once; `job: false`: only after `startJob`. */
export async function openImportShop({ job = true } = {}): Promise<ImportShop> {
  const shop = await openShop();
  const { app } = shop;
  const jobs = new Set<{ close(): Promise<void> }>();
  const startJob = () => {
    const started = startImports({
      ...app.deps,
      stock: app.deps.fileStock,
      pollMilliseconds: 20,
    });
    jobs.add(started);
    return started;
  };
  if (job) startJob();
  const send: ImportShop['send'] = (body, query, options) =>
    sendFile(app.url, app.admin, body, query, options);
  const until: ImportShop['until'] = (id, wanted) =>
    eventually(
      async () => {
        const { body } = await shop.get(`/v1/imports/${id}`).expect(200);
        return wanted(body) && (body as Import);
      },
      { milliseconds: 60_000 },
    );
  const ended = (id: string) => until(id, ({ status }) => !['queued', 'running'].includes(status));
  return {
    ...shop,
    send,
    until,
    ended,
    async run(body, query, options) {
      const sent = await send(body, query, options);
      if (sent.status !== 202) throw new Error(`not received: ${JSON.stringify(sent.body)}`);
      return ended(sent.body.id);
    },
    async errors(id) {
      const { text } = await shop.get(`/v1/imports/${id}/errors.csv`).expect(200);
      return text.split('\n').slice(1, -1);
    },
    state: async () => ({
      levels: await rowsOf(shop, 'SELECT * FROM levels ORDER BY item_id, location_id'),
      movements: await rowsOf(shop, 'SELECT * FROM movements ORDER BY id'),
      items: await rowsOf(shop, 'SELECT * FROM items ORDER BY id'),
      locations: await rowsOf(shop, 'SELECT * FROM locations ORDER BY id'),
    }),
    count: async (table) =>
      (await rowsOf<{ n: number }>(shop, `SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? 0,
    startJob,
    async close() {
      for (const one of jobs) await one.close();
      await app.close();
    },
  };
}

export function rowsOf<Row extends object>(shop: Shop, text: string): Promise<Row[]> {
  return shop.app.deps.database.run<Row>(`test.${text}`.slice(0, 60), text, []);
}

/** A request that is streamed, as large files are. */
export async function sendFile(
  url: string,
  admin: string,
  body: Readable | Buffer | string,
  query: Record<string, string>,
  { token = admin, headers = {} }: SendOptions = {},
): Promise<Sent> {
  const call = httpRequest(`${url}/v1/imports?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv', ...headers },
  });
  const answered = once(call, 'response') as Promise<[IncomingMessage]>;
  if (body instanceof Readable) body.pipe(call);
  else call.end(body);
  const [response] = await answered;
  response.setEncoding('utf8');
  let text = '';
  for await (const part of response) text += part;
  return { status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) };
}

/** A CSV file of so many movements of one item at one store, each with an event id. */
export function* receipts(rows: number, sku: string, location: string): Generator<string> {
  yield 'eventId,type,sku,location,quantity,occurredAt\n';
  for (let at = 0; at < rows; at += 1_000) {
    const end = Math.min(rows, at + 1_000);
    let text = '';
    for (let row = at; row < end; row++)
      text += `r${row},receipt,${sku},${location},1,2026-01-02T03:04:05Z\n`;
    yield text;
  }
}
