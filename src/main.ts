// The process: the only place with side effects. Configuration, port, database, rooms; in that order up, and in the
// opposite order down.
import path from 'node:path';
import type { Logger } from 'pino';
import { startEmbedded } from '../db/embedded.ts';
import { migrate } from '../db/migrate.ts';
import { adminKeyIn } from './adminKey.ts';
import { makeApp } from './app.ts';
import { banner, baseUrl } from './banner.ts';
import { compose, openSockets, startJobs } from './compose.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import type { DemoKeys } from './demo/keys.ts';
import { loadDemo } from './demo/load.ts';
import { demoTablet } from './demo/tablet.ts';
import type { Deps } from './http/deps.ts';
import { closeServer, listen, makeServer } from './http/server.ts';
import { makeStage } from './http/stage.ts';
import { type Lifecycle, takeCharge } from './lifecycle.ts';
import { makeLog } from './log.ts';
import { makeMetrics } from './metrics.ts';
import { currentTablet } from './tabletBuild.ts';

const REQUESTS_FINISH_MILLISECONDS_MAX = 5_000;

function main(): void {
  const config = configOrExit();
  const output = makeLog({ level: config.logLevel, forPeople: process.stdout.isTTY });
  const lifecycle = takeCharge(output);
  output.log.info({ node: process.version }, 'starting');
  output.flush();
  lifecycle.start(
    () => startUp(config, output.log, lifecycle),
    (error) => {
      output.log.fatal({ err: error }, 'could not start');
      tell(`\nComptoir could not start. ${inWords(error, config)}\n`);
    },
  );
}

async function startUp(config: Config, log: Logger, lifecycle: Lifecycle): Promise<void> {
  // The port first: one that is taken must not cost the start of a database. Until all is up it answers 503.
  const stage = makeStage();
  const server = makeServer(stage.listener);
  const port = await listen(server, config.port, config.host);
  lifecycle.opened('port', () => closeServer(server, 0));
  // Beside the database's start, which takes longer: built only where it is missing or older than its sources.
  const tabletBuilt = currentTablet(log);

  const databaseUrl = config.databaseUrl ?? (await ownDatabase(config, log, lifecycle));
  await migrate(databaseUrl);
  const adminKey = await firstKey(config);
  const { deps, close } = await compose({
    config,
    databaseUrl,
    adminKey: adminKey?.secret ?? null,
    log,
    metrics: makeMetrics({ processMetrics: true }),
  });
  lifecycle.opened('rooms', close);

  const demoKeys = await demo(deps, adminKey?.secret ?? null);
  lifecycle.opened('jobs', startJobs(deps).close);
  stage.set(makeApp(deps, { demoKeys, tablet: await tabletBuilt }));
  lifecycle.opened('requests', () => {
    deps.health.drain();
    return closeServer(server, REQUESTS_FINISH_MILLISECONDS_MAX);
  });
  lifecycle.opened('sockets', openSockets(server, deps).close);

  const address = { host: config.host, port };
  log.info({ url: baseUrl(address), seconds: process.uptime() }, 'ready');
  const demoTabletFacts = demoKeys === null ? null : await demoTablet(deps.database, deps.now());
  tell(
    banner({
      address,
      database:
        config.databaseUrl === null
          ? `embedded PostgreSQL in ${config.dataDir}`
          : 'PostgreSQL of DATABASE_URL',
      adminKey: adminKey?.file === undefined ? null : { secret: adminKey.secret, file: adminKey.file },
      demoKeys: demoKeys === null ? {} : { secret: demoKeys.secret, publishable: demoKeys.publishable },
      demoTablet: demoTabletFacts,
      seconds: process.uptime(),
    }),
  );
}

/** Fait Maison for an empty database, unless the operator starts empty. Answers its keys where it is there. */
async function demo(deps: Deps, adminKey: string | null): Promise<DemoKeys | null> {
  if (!deps.config.demo) return null;
  if (adminKey === null) {
    deps.log.warn('no demo without an admin key: its keys are derived from it; set COMPTOIR_ADMIN_KEY');
    return null;
  }
  const keys = await loadDemo({ ...deps, adminKey });
  // The views hear of what was loaded before anybody asks them.
  deps.feed.wake();
  await deps.feed.settled();
  return keys;
}

/** PostgreSQL in the data directory. When it ends by itself, so do we: a supervisor then starts both anew. */
async function ownDatabase(config: Config, log: Logger, lifecycle: Lifecycle): Promise<string> {
  const { url, stop } = await startEmbedded({
    dataDir: config.dataDir,
    log: (line) => log.info({ part: 'postgres' }, line),
    onExit(reason) {
      log.fatal({ reason }, 'the embedded database is gone');
      lifecycle.end(1);
    },
  });
  lifecycle.opened('postgres', stop);
  return url;
}

/** The environment's, or on the embedded database the one made for it; an external database may have none. */
async function firstKey(config: Config): Promise<{ secret: string; file?: string } | null> {
  if (config.adminKey !== null) return { secret: config.adminKey };
  if (config.databaseUrl !== null) return null;
  const { secret, file } = await adminKeyIn(config.dataDir);
  const near = path.relative('', file);
  return { secret, file: near.startsWith('..') ? file : near };
}

function configOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const mistakes = error.mistakes.map((mistake) => `  - ${mistake}`).join('\n');
    tell(`\nComptoir could not start: its environment variables are not right.\n${mistakes}\n`);
    return process.exit(1);
  }
}

/** A start's failure for whoever started it. */
function inWords(error: unknown, config: Config): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const place = `${config.host}:${config.port}`;
  if (code === 'EADDRINUSE') {
    return `Port ${config.port} is taken: another program listens on ${place}. Set PORT to another one, or to 0 for any.`;
  }
  if (code === 'EACCES')
    return `This user may not listen on ${place}: ports below 1024 are often reserved. Set PORT.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${config.host} is no address of this machine: set HOST.`;
  const message = error instanceof Error ? error.message : String(error);
  const isRemote = config.databaseUrl !== null && typeof code === 'string';
  return isRemote ? `The database of DATABASE_URL did not answer as hoped (${code}): ${message}` : message;
}

/** Words for people go to standard error: standard output is the log's. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

main();
