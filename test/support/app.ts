// Owns an app for tests: everything put together on a database of its own, listening on a free port, every answer held
// against its route's declaration. `close` in afterAll.
import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { makeApp } from '../../src/app.ts';
import { compose, openSockets } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { makeId } from '../../src/domain/id.ts';
import { DEVICE_SCOPES, type KeyKind, makeSecret, SCOPES, type Scope } from '../../src/domain/key.ts';
import type { Deps } from '../../src/http/deps.ts';
import type { AnyRoute } from '../../src/http/route.ts';
import { closeServer, listen, makeServer } from '../../src/http/server.ts';
import type { TabletFiles } from '../../src/http/tablet.ts';
import { makeLogTo } from '../../src/log.ts';
import { hashSecret } from '../../src/queries/apiKeys.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

export type TestAppOptions = {
  /** Environment variables, as main.ts would read them. Rate limits are off unless said otherwise. */
  environment?: Record<string, string>;
  /** The project's own unless given. */
  routes?: readonly AnyRoute[];
  now?: () => Date;
  /** The tablet's pages, for browsers; see test/support/browser.ts. */
  tablet?: TabletFiles;
  /** A database that is shared, for several processes on one; it is not dropped then. */
  databaseUrl?: string;
  /** What is logged, line by line. */
  onLog?: (line: Record<string, unknown>) => void;
};

export type NewKey = { kind?: KeyKind; scopes?: readonly Scope[]; locations?: string[]; origins?: string[] };

export type TestApp = {
  /** `http://127.0.0.1:port` */
  url: string;
  databaseUrl: string;
  deps: Deps;
  /** The admin key's secret: every scope, every location. */
  admin: string;
  /** A key as a row, at once. Without scopes: all that its kind may have. A device needs its one location. */
  key(options?: NewKey): Promise<{ id: string; token: string }>;
  close(): Promise<void>;
};

const PUBLISHABLE: readonly Scope[] = ['availability:read', 'reservations:write'];

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const own: TestDatabase | null = options.databaseUrl === undefined ? await createTestDatabase() : null;
  const databaseUrl = options.databaseUrl ?? own?.url ?? '';
  const admin = `test-admin-${randomBytes(12).toString('hex')}`;
  const { deps, close } = await compose({
    config: readConfig({ COMPTOIR_RATE_LIMITS: 'off', ...options.environment, COMPTOIR_ADMIN_KEY: admin }),
    databaseUrl,
    adminKey: admin,
    log: logTo(options.onLog),
    ...(options.now ? { now: options.now } : {}),
  });
  const app = makeApp(deps, {
    checkAnswers: true,
    tablet: options.tablet ?? null,
    ...(options.routes ? { routes: options.routes } : {}),
  });
  const server = makeServer(app);
  const live = openSockets(server, deps);
  const port = await listen(server, 0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}`,
    databaseUrl,
    deps,
    admin,
    key: (key) => insertKey(deps, key),
    async close() {
      deps.health.drain();
      await live.close();
      await closeServer(server, 1_000);
      await close();
      await own?.drop();
    },
  };
}

function logTo(onLog: TestAppOptions['onLog']): pino.Logger {
  if (onLog === undefined) return pino({ level: 'silent' });
  return makeLogTo({ write: (line) => onLog(JSON.parse(line)) }, 'info');
}

async function insertKey({ database }: Deps, { kind = 'secret', ...key }: NewKey = {}) {
  const token = makeSecret(kind, randomBytes(32));
  const id = makeId('key', Date.now(), randomBytes(10));
  const all = kind === 'device' ? DEVICE_SCOPES : kind === 'publishable' ? PUBLISHABLE : SCOPES;
  await database.run(
    'test.insert_key',
    `INSERT INTO api_keys (id, name, kind, scopes, locations, origins, secret_hash, hint)
     VALUES ($1, 'Test', $2, $3, $4, $5, $6, $7)`,
    [id, kind, key.scopes ?? all, key.locations ?? [], key.origins ?? [], hashSecret(token), token.slice(-4)],
  );
  return { id, token };
}
