// A secret of the installation is one secret, however many processes want it first.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installationSecret } from '../../src/queries/installationSecrets.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let made: TestDatabase;
let database: Database;
beforeAll(async () => {
  made = await createTestDatabase();
  database = openDatabase({ url: made.url, connectionsMax: 8, onIdleError: () => {} });
});
afterAll(async () => {
  await database.close();
  await made.drop();
});

test('32 that ask at once, each with a fresh one, all get the same; another name has another', async () => {
  const asked = Array.from({ length: 32 }, () => installationSecret(database, 'first', randomBytes(32)));
  const secrets = await Promise.all(asked);
  expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1);
  const other = randomBytes(32);
  expect(await installationSecret(database, 'second', other)).toEqual(other);
  expect(await installationSecret(database, 'second', randomBytes(32))).toEqual(other);
});
