// What staff are asked to count next: each reason made by what really happens in a store, and ended by a count.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

const STORE = 'FR-LILLE-01';
const OTHER = 'FR-LYON-01';
const DAY = 86_400_000;
const START = Date.parse('2026-09-01T09:00:00.000Z');

let now = new Date(START);
let app: TestApp;
let api: ReturnType<typeof callerOf>;
let retailer: Retailer;

type Doubted = {
  sku: string;
  location: string;
  score: number;
  expected: number;
  reasons: { reason: string; points: number }[];
};
type Page = { data: Doubted[]; nextCursor: string | null };

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  api = callerOf(app.url, app.admin);
  retailer = openRetailer(app);
  await retailer.locations({ [STORE]: {}, [OTHER]: {} });
  await retailer.items(
    'CALM',
    'UNCOUNTED',
    'NEGATIVE',
    'SHORT',
    'PROMISED',
    'SILENT',
    'BUSY',
    'DISPUTED',
    'ELSEWHERE',
  );
  const counted = ['CALM', 'NEGATIVE', 'SHORT', 'PROMISED', 'SILENT', 'BUSY', 'DISPUTED'];
  await retailer.stock(...counted.map((sku) => [sku, STORE, 20] as const), ['ELSEWHERE', OTHER, 1]);
  await makeDoubts();
});
afterAll(() => app.close());

let facts = 0;
async function move(type: string, sku: string, quantity: number, times = 1, location = STORE): Promise<void> {
  const movements = Array.from({ length: times }, () => {
    facts += 1;
    return { eventId: `fact-${facts}`, type, sku, location, quantity, occurredAt: now.toISOString() };
  });
  const { status, body } = await api.post('/v1/stock/movements', { source: 'pos', movements });
  expect({ status, body }).toMatchObject({ status: 200, body: { applied: times } });
}

const later = (days: number) => {
  now = new Date(START + days * DAY);
};

async function makeDoubts(): Promise<void> {
  later(1);
  await move('receipt', 'UNCOUNTED', 4);
  await move('sale', 'CALM', 1);
  for (let day = 1; day <= 10; day++) {
    later(day);
    await move('sale', 'SILENT', 1);
  }
  await move('sale', 'BUSY', 5, 4);
  await move('receipt', 'BUSY', 20);
  await move('sale', 'NEGATIVE', 21);
  await move('sale', 'ELSEWHERE', 2, 1, OTHER);
  await missAPick('SHORT', 2);
  await retailer.hold(STORE, [{ sku: 'PROMISED', quantity: 5 }], 14_400);
  await move('sale', 'PROMISED', 18);
  await app.deps.database.run(
    'test.conflict',
    `INSERT INTO count_conflicts (item_id, location_id, winner_source, winner_event_id, winner_counted_at, winner_on_hand,
                                  loser_source, loser_event_id, loser_counted_at, loser_on_hand, recorded_at)
     SELECT l.item_id, l.location_id, counted_source, counted_event_id, counted_at, 20, 'erp', 'x', counted_at - interval '1 h', 7,
            counted_at
     FROM levels l JOIN items i ON i.id = l.item_id WHERE i.sku = 'DISPUTED'`,
    [],
  );
}

async function missAPick(sku: string, units: number): Promise<void> {
  const id = await retailer.hold(STORE, [{ sku, quantity: units }]);
  await retailer.confirm(id);
  await api.post(`/v1/reservations/${id}/start`, { staff: 'Amélie' });
  const lines = [{ sku, picked: 0, missing: units, reason: 'not_found' }];
  expect((await api.post(`/v1/reservations/${id}/pick`, { lines })).status).toBe(200);
}

async function list(query = '', token = app.admin, code = STORE): Promise<Page> {
  const { status, body } = await callerOf(app.url, token).get(`/v1/locations/${code}/count-list${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

const told = ({ data }: Page) =>
  data.map(({ sku, score, reasons }) => `${sku} ${score}: ${reasons.map((one) => one.reason).join(', ')}`);

test('each doubt has its reasons, the greatest first, and what nothing speaks against is not there', async () => {
  expect(told(await list())).toEqual([
    'NEGATIVE 54: negative_on_hand, high_turnover',
    'SHORT 40: short_pick',
    'PROMISED 33: below_reserved, high_turnover',
    'UNCOUNTED 20: never_counted',
    'DISPUTED 15: source_conflict',
    'BUSY 8: high_turnover',
    'SILENT 2: high_turnover',
  ]);
});

test('a row has what staff need to find the item and to send its count', async () => {
  const [first] = (await list('?limit=1')).data;
  expect(first).toEqual({
    sku: 'NEGATIVE',
    location: STORE,
    name: { fr: 'NEGATIVE' },
    barcodes: [],
    imageUrl: null,
    onHand: -1,
    reserved: 0,
    countedAt: new Date(START + 1).toISOString(),
    expected: -1,
    score: 54,
    reasons: [
      { reason: 'negative_on_hand', points: 50, onHand: -1 },
      {
        reason: 'high_turnover',
        points: 4,
        since: new Date(START + 1).toISOString(),
        movements: 1,
        unitsMoved: 21,
      },
    ],
  });
});

test('what used to sell and does not move any more comes up with time', async () => {
  const today = now;
  later(40);
  const silent = (await list()).data.find(({ sku }) => sku === 'SILENT');
  expect(silent?.reasons[0]).toMatchObject({
    reason: 'long_silence',
    points: 18,
    days: 30,
    soldPerDay: 0.25,
  });
  now = today;
});

test('pages follow one another without a gap or a repeat, while the clock goes on', async () => {
  const today = now;
  const all = (await list()).data.map(({ sku }) => sku);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const next: Page = await list(`?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen.push(...next.data.map(({ sku }) => sku));
    cursor = next.nextCursor;
    now = new Date(now.getTime() + DAY);
  } while (cursor !== null);
  expect(seen).toEqual(all);
  now = today;
});

describe('only for those whose location it is', () => {
  const problem = async (token: string, code: string) => {
    const { status, body } = await callerOf(app.url, token).get(`/v1/locations/${code}/count-list`);
    return [status, body.code];
  };

  test('a tablet has its own list, and no other', async () => {
    const { token } = await app.key({ kind: 'device', locations: [OTHER] });
    expect(told(await list('', token, OTHER))).toEqual(['ELSEWHERE 50: negative_on_hand']);
    expect(await problem(token, STORE)).toEqual([404, 'unknown-location']);
  });

  test('an unknown location is unknown, and a key needs stock:read', async () => {
    expect(await problem(app.admin, 'NOWHERE')).toEqual([404, 'unknown-location']);
    const { token } = await app.key({ scopes: ['availability:read'] });
    expect(await problem(token, STORE)).toEqual([403, 'forbidden']);
  });

  test('a cursor is of one location', async () => {
    const { nextCursor } = await list('?limit=1');
    const { status, body } = await api.get(`/v1/locations/${OTHER}/count-list?cursor=${nextCursor}`);
    expect([status, body.code]).toEqual([400, 'invalid-cursor']);
  });
});

test('a fresh count ends every doubt, whatever it finds', async () => {
  now = new Date(now.getTime() + 60_000);
  const doubted = (await list()).data;
  const counts = doubted.map(({ sku, location, expected }) => ({
    eventId: `fresh-${sku}`,
    sku,
    location,
    onHand: Math.max(0, expected - 1),
    countedAt: now.toISOString(),
    expected,
  }));
  const { status, body } = await api.post('/v1/stock/counts', { source: 'tablet-7', counts });
  expect({ status, body }).toMatchObject({ status: 200 });
  expect(told(await list())).toEqual([]);
});

test('two systems that contradict each other are a doubt, and a person’s count is its end', async () => {
  now = new Date(now.getTime() + 2 * DAY);
  await api.put('/v1/sources/tablet-7', { kind: 'tablet' });
  const told = async (source: string, onHand: number) => {
    now = new Date(now.getTime() + 60_000);
    const one = { eventId: `${source}-${now.getTime()}`, sku: 'CALM', location: STORE, onHand };
    const { status } = await api.post('/v1/stock/counts', {
      source,
      counts: [{ ...one, countedAt: now.toISOString() }],
    });
    expect(status).toBe(200);
    return (await list()).data.find(({ sku }) => sku === 'CALM')?.reasons ?? [];
  };
  expect(await told('wms', 9)).toEqual([]);
  expect(await told('erp', 7)).toMatchObject([{ reason: 'source_conflict', points: 15, conflicts: 1 }]);
  expect(await told('tablet-7', 8)).toEqual([]);
});
