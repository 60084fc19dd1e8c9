// The check of all levels over HTTP: one at a time, however many ask.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { openRetailer } from '../support/retailer.ts';
import { type WatchedDatabase, watchDatabase } from '../support/watchedDatabase.ts';

let app: TestApp;
let watched: WatchedDatabase;
beforeAll(async () => {
  app = await startTestApp();
  watched = watchDatabase({ drizzle: app.deps.database.drizzle, run: app.deps.database.run });
  Object.assign(app.deps.database, { run: watched.run });
  const retailer = openRetailer(app);
  await retailer.locations({ LILLE: {} });
  await retailer.items('LAMP');
  await retailer.stock(['LAMP', 'LILLE', 3]);
});
afterAll(() => app.close());

const get = (path: string) => request(app.url).get(path).set('Authorization', `Bearer ${app.admin}`);
const ranges = () => watched.statements.filter((name) => name === 'integrity.check_range').length;

test('a check waits for the one before it, and both answer', async () => {
  const held = watched.holdUp('integrity.check_range');
  const first = get('/v1/integrity').then(({ body }) => body);
  await eventually(() => expect(held.waiting()).toBe(1));
  let asked = 0;
  const second = get('/v1/integrity')
    .on('request', () => {
      asked += 1;
    })
    .then(({ body }) => body);
  await eventually(() => expect(asked).toBe(1));
  // Answered after the second was asked: time enough for it to begin, if it could.
  for (let times = 0; times < 5; times++) await get('/v1/keys').expect(200);
  expect(ranges()).toBe(1);
  held.release();
  expect([await first, await second]).toEqual([
    { checkedLevels: 1, drifting: 0, drift: [] },
    { checkedLevels: 1, drifting: 0, drift: [] },
  ]);
  expect(ranges()).toBe(2);
});
