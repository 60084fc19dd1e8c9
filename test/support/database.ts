// Owns a test file's database: a clone of the migrated template, checked for leaked connections when it is dropped.
import path from 'node:path';
import { expect } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { eventually } from './eventually.ts';
import { urlOf } from './testCluster.ts';

export interface TestDatabase {
  readonly url: string;
  /** Call it in afterAll, with everything closed: a connection that is still open then fails the file. */
  drop(): Promise<void>;
}

const cluster = z.object({ adminUrl: z.string(), prefix: z.string(), template: z.string() });

let made = 0;

/** A database of its own, migrated and empty. Takes some tens of milliseconds: one a file is usual, one a test is fine. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, prefix, template } = cluster.parse(
    JSON.parse(process.env.COMPTOIR_TEST_CLUSTER ?? 'null'),
  );
  made += 1;
  const name = `${prefix}${slugOfTestFile()}_${process.pid}_${made}`;
  await asAdmin(adminUrl, (admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    url: urlOf(adminUrl, name),
    async drop() {
      await asAdmin(adminUrl, async (admin) => {
        const leaked = await leakedConnections(admin, name);
        await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
        if (leaked.length > 0) {
          throw new Error(
            `Connections still open at the end of the test file, last used for:\n${leaked.join('\n')}`,
          );
        }
      });
    },
  };
}

function slugOfTestFile(): string {
  const file = path.basename(expect.getState().testPath ?? 'unknown', '.test.ts');
  return file
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 24);
}

async function asAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** The last statements of connections that do not go away. The server notices a closed one a moment later. */
async function leakedConnections(admin: pg.Client, name: string): Promise<string[]> {
  const open = async () => {
    const { rows } = await admin.query<{ query: string }>(
      "SELECT query FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
      [name],
    );
    return rows.map((row) => row.query);
  };
  const closed = eventually(async () => (await open()).length === 0, { milliseconds: 30_000 });
  return closed.then(() => []).catch(open);
}
