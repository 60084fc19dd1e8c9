// Owns what happens once before all tests: a PostgreSQL with a migrated template (unless COMPTOIR_TEST_CLUSTER=none).
import { removeOldScratch } from './scratch.ts';
import { type RunningTestCluster, startTestCluster } from './testCluster.ts';

declare global {
  /** For globalTeardown.ts, which runs in the same process. */
  var comptoirTestCluster: RunningTestCluster | undefined;
}

export default async function globalSetup(): Promise<void> {
  if (process.env.COMPTOIR_TEST_CLUSTER === 'none') return;
  await removeOldScratch();
  const cluster = await startTestCluster(process.env.DATABASE_URL);
  globalThis.comptoirTestCluster = cluster;
  const { adminUrl, prefix, template } = cluster;
  process.env.COMPTOIR_TEST_CLUSTER = JSON.stringify({ adminUrl, prefix, template });
  // Read above, and for nobody else: a test that starts the API says itself which database it gets.
  delete process.env.DATABASE_URL;
}
