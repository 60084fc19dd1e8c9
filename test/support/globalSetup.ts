// Owns what happens once before all tests: a PostgreSQL with a migrated template (unless COMPTOIR_TEST_CLUSTER=none),
// and a browser where tests of this run need one.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { findOrInstallBrowser } from './chromium.ts';
import { removeOldScratch } from './scratch.ts';
import { type RunningTestCluster, startTestCluster } from './testCluster.ts';

declare global {
  /** For globalTeardown.ts, which runs in the same process. */
  var comptoirTestCluster: RunningTestCluster | undefined;
}

export default async function globalSetup(config: Asked): Promise<void> {
  if (runsBrowserTests(config)) process.env.COMPTOIR_TEST_CHROMIUM = await findOrInstallBrowser();
  if (process.env.COMPTOIR_TEST_CLUSTER === 'none') return;
  await removeOldScratch();
  const cluster = await startTestCluster(process.env.DATABASE_URL);
  globalThis.comptoirTestCluster = cluster;
  const { adminUrl, prefix, template } = cluster;
  process.env.COMPTOIR_TEST_CLUSTER = JSON.stringify({ adminUrl, prefix, template });
  // Read above, and for nobody else: a test that starts the API says itself which database it gets.
  delete process.env.DATABASE_URL;
}

/** What Jest was told on its command line, as far as it matters here. */
type Asked = { nonFlagArgs: readonly string[] };

/** A path or a part of one that names a browser test, or none at all, which is all tests. */
function runsBrowserTests({ nonFlagArgs }: Asked): boolean {
  const tests = readdirSync(path.join(import.meta.dirname, '..', 'browser'));
  return (
    nonFlagArgs.length === 0 ||
    nonFlagArgs.some((asked) =>
      tests.some((test) => `test/browser/${test}`.includes(asked.replace(/^\.\//, ''))),
    )
  );
}
