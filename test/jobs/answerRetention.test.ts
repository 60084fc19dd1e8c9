// Kept answers live as long as is promised, and not for ever.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { startAnswerRetention } from '../../src/jobs/answerRetention.ts';
import { findAnswers, saveAnswers } from '../../src/queries/idempotency.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const HOUR = 3_600_000;

let home: TestDatabase;
let database: Database;
beforeAll(async () => {
  home = await createTestDatabase();
  database = openDatabase({ url: home.url, connectionsMax: 3, onIdleError: () => {} });
});
afterAll(async () => {
  await database.close();
  await home.drop();
});

test('an answer is there for 48 hours, and gone a few hours later', async () => {
  const name = { keyId: 'key_x', key: randomUUID() };
  await saveAnswers(database, [
    { ...name, requestHash: Buffer.alloc(32), status: 201, response: Buffer.from('{}') },
  ]);
  let now = new Date(Date.now() + 48 * HOUR);
  const retention = startAnswerRetention({ database, now: () => now, log: pino({ level: 'silent' }) });
  expect(await retention.run()).toBe(0);
  expect((await findAnswers(database, [name])).size).toBe(1);
  now = new Date(Date.now() + 50 * HOUR);
  expect(await retention.run()).toBe(1);
  expect((await findAnswers(database, [name])).size).toBe(0);
  await retention.close();
});

test('what is old goes soon after the start, without anybody asking', async () => {
  const name = { keyId: 'key_x', key: randomUUID() };
  await saveAnswers(database, [
    { ...name, requestHash: Buffer.alloc(32), status: 201, response: Buffer.from('{}') },
  ]);
  const now = () => new Date(Date.now() + 50 * HOUR);
  const log = pino({ level: 'silent' });
  const retention = startAnswerRetention({ database, now, log, firstMilliseconds: 10 });
  await eventually(async () => expect((await findAnswers(database, [name])).size).toBe(0));
  await retention.close();
});
