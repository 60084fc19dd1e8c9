// The command behind `npm run import`: a file into a running server. Its words and its work are jobs/imports/command's;
// here is what only a process can know: its environment and where the admin key is.
import { findAdminKey } from './adminKey.ts';
import { baseUrl } from './banner.ts';
import { ConfigError, readConfig } from './config.ts';
import { runImportCommand } from './jobs/imports/command/run.ts';

async function main(): Promise<void> {
  const { COMPTOIR_KEY: key, COMPTOIR_URL: url } = process.env;
  const config = readConfig(process.env);
  process.exitCode = await runImportCommand({
    words: process.argv.slice(2),
    defaults: {
      url: url || baseUrl(config),
      key: key || (config.adminKey ?? (await findAdminKey(config.dataDir))),
    },
    output: process.stdout,
    errorOutput: process.stderr,
  });
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigError || error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
