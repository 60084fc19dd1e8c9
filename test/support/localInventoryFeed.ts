// A reader of the local inventory feed, as a shopping site is one: it keeps rows by store and item, reads the whole,
// and goes on with the changes. Owns no assertion.
import request, { type Response } from 'supertest';

export type FeedRow = {
  store_code: string;
  id: string;
  quantity?: number;
  availability: string;
  price: string | null;
  pickup_method: string;
  pickup_sla: string | null;
};

export type FeedAnswer = {
  status: number;
  headers: Record<string, string>;
  text: string;
  rows: FeedRow[];
};

const PATH = '/v1/feeds/local-inventory';
const CHANGES_READS_MAX = 10_000;

export function feedReader(url: string, token: string, asked: Record<string, string> = {}) {
  const rows = new Map<string, FeedRow>();
  let cursor: string | undefined;

  async function ask(query: Record<string, string>): Promise<FeedAnswer> {
    const answer = await request(url)
      .get(PATH)
      .query({ format: 'ndjson', ...asked, ...query })
      .set('Authorization', `Bearer ${token}`)
      .buffer(true)
      .parse(asText);
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const isRows =
      answer.status === 200 && answer.headers['content-type']?.startsWith('application/x-ndjson');
    const lines = isRows ? text.split('\n').filter((line) => line !== '') : [];
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      rows: lines.map((line) => JSON.parse(line)),
    };
  }

  function keep(answer: FeedAnswer): void {
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    cursor = answer.headers['next-cursor'];
    for (const row of answer.rows) rows.set(`${row.id}@${row.store_code}`, row);
  }

  return {
    ask,
    /** Forgets what it has and reads the whole. */
    async readWhole(): Promise<FeedRow[]> {
      rows.clear();
      const answer = await ask({});
      keep(answer);
      return answer.rows;
    },
    /** Reads changes until there are no more; the answers. */
    async readChanges(limit = 1_000): Promise<FeedAnswer[]> {
      const answers: FeedAnswer[] = [];
      for (let reads = 0; reads < CHANGES_READS_MAX; reads++) {
        const answer = await ask({ cursor: cursor ?? '', limit: String(limit) });
        keep(answer);
        answers.push(answer);
        if (answer.headers['has-more'] !== 'true') return answers;
      }
      throw new Error('the changes have no end');
    },
    /** What it knows of what can be had, by `sku@store`: a row that is not told is out of stock. */
    offered: () => offered([...rows.values()]),
    cursor: () => cursor ?? '',
  };
}

export function offered(rows: readonly FeedRow[]): Map<string, string> {
  const had = rows.filter((row) => row.availability !== 'out_of_stock');
  return new Map(had.map((row) => [`${row.id}@${row.store_code}`, JSON.stringify(row)]));
}

/** What the second has otherwise, with both; few, or the answer is too long to read. */
export function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  const wrong = [...names].filter((name) => before.get(name) !== after.get(name));
  return wrong.slice(0, 50).map((name) => `${name}: ${before.get(name)} → ${after.get(name)}`);
}

function asText(response: Response, done: (error: Error | null, text: string) => void): void {
  const parts: Buffer[] = [];
  response.on('data', (part: Buffer) => parts.push(part));
  response.on('end', () => done(null, Buffer.concat(parts).toString('utf8')));
  response.on('error', (error: Error) => done(error, ''));
}
