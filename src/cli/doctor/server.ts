// The server as it answers: reachable, ready, of this release, its clock; the key; its figures; who follows it.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Scope } from '../../domain/key.ts';
import { messageOf } from '../command.ts';
import { type Answer, ask, call, Refused, type Server } from '../server.ts';
import { type Finding, judge } from './finding.ts';

const ANSWER_MILLISECONDS_MAX = 10_000;
const SKEW_SECONDS_WARN = 5;
const SKEW_SECONDS_FAIL = 60;

export async function checkServer(server: Server): Promise<{ isThere: boolean; findings: Finding[] }> {
  const askedAt = Date.now();
  const alive = await look({ ...server, key: '' }, '/health/live').catch(messageOf);
  const answeredAt = Date.now();
  if (typeof alive === 'string') {
    const advice = 'Start it with npm start; or say where it is with COMPTOIR_URL or --url.';
    return { isThere: false, findings: [{ about: 'Server', state: 'fail', says: alive, advice }] };
  }
  if (alive.status !== 200) {
    const says = `${server.url} answers, but not as Comptoir does (${alive.status})`;
    const advice = 'Is it the right address, and does the proxy let /health through?';
    return { isThere: false, findings: [{ about: 'Server', state: 'fail', says, advice }] };
  }
  const ready = await look({ ...server, key: '' }, '/health/ready');
  const readiness = judge('Ready', ready.status === 200 ? 'it can serve' : detailOf(ready), [
    [
      ready.status !== 200,
      'fail',
      'Its log says more. While it starts, wait; when the database is away, see below.',
    ],
  ]);
  const reach: Finding = { about: 'Server', state: 'ok', says: `${server.url}, ${answeredAt - askedAt} ms` };
  const skew = clockSkew(alive, askedAt, answeredAt);
  return { isThere: ready.status === 200, findings: [reach, readiness, await release(server), skew] };
}

async function release(server: Server): Promise<Finding> {
  const parsed = z
    .object({ info: z.object({ version: z.string() }) })
    .safeParse(JSON.parse((await look({ ...server, key: '' }, '/openapi.json')).text));
  if (!parsed.success) return { about: 'Release', state: 'skip', says: 'it does not say which it is' };
  const theirs = parsed.data.info.version;
  const file = path.join(import.meta.dirname, '..', '..', '..', 'package.json');
  const ours = z.object({ version: z.string() }).parse(JSON.parse(await readFile(file, 'utf8'))).version;
  return judge('Release', `${theirs} there, ${ours} here`, [
    [theirs !== ours, 'warn', 'This command and the server are of different releases: use the server’s.'],
  ]);
}

/** HTTP tells whole seconds: the server's clock was somewhere in that second when it answered. */
function clockSkew({ headers }: Answer, askedAt: number, answeredAt: number): Finding {
  const told = Date.parse(headers.date ?? '');
  if (Number.isNaN(told)) return { about: 'Clocks', state: 'skip', says: 'the server tells no time' };
  const behind = Math.max(0, askedAt - (told + 1_000));
  const ahead = Math.max(0, told - answeredAt);
  const seconds = Math.max(behind, ahead) / 1_000;
  const how = seconds === 0 ? 'agree' : `differ by ${seconds.toFixed(1)} s or more`;
  const advice = 'Set both clocks by NTP: occurredAt, countedAt and webhook signatures live by them.';
  return judge('Clocks', `the server’s and this machine’s ${how}`, [
    [seconds > SKEW_SECONDS_FAIL, 'fail', advice],
    [seconds > SKEW_SECONDS_WARN, 'warn', advice],
  ]);
}

/** Who may not is refused before the request is read: what no route accepts tells a scope and changes nothing. */
const PROBES: Readonly<Record<Scope, readonly [method: 'GET' | 'POST', path: string]>> = {
  'availability:read': ['GET', '/v1/availability'],
  'reservations:write': ['POST', '/v1/reservations'],
  'reservations:read': ['GET', '/v1/reservations?limit=1'],
  'stock:read': ['GET', '/v1/stock?limit=1'],
  'stock:write': ['POST', '/v1/stock/movements'],
  'catalogue:write': ['POST', '/v1/items/batch'],
  'events:read': ['GET', '/v1/events?after=latest&limit=1'],
  'webhooks:write': ['POST', '/v1/webhooks'],
  admin: ['GET', '/v1/keys?limit=1'],
};

export async function checkKey(server: Server): Promise<Finding[]> {
  if (server.key === '') {
    const advice = 'Set COMPTOIR_KEY, or give --key. On the embedded database it is in the data directory.';
    return [{ about: 'Key', state: 'fail', says: 'there is none', advice }];
  }
  const scopes: string[] = [];
  for (const [scope, [method, where]] of Object.entries(PROBES)) {
    const status = await statusOf(server, method, where);
    if (status === 401) {
      const advice =
        'Make one with `keys create`, by a key with the scope admin; or take the server’s COMPTOIR_ADMIN_KEY.';
      return [{ about: 'Key', state: 'fail', says: 'it is unknown or was revoked', advice }];
    }
    if (status !== 403 && status !== 404) scopes.push(scope);
  }
  const says =
    scopes.length === 0 ? 'it may do nothing' : `…${server.key.slice(-4)} may ${scopes.join(', ')}`;
  return [
    judge('Key', says, [[scopes.length === 0, 'fail', 'Make one with scopes: keys create NAME --scopes …']]),
  ];
}

async function statusOf(server: Server, method: string, where: string): Promise<number> {
  try {
    await call(server, method, where, method === 'POST' ? { body: {} } : {});
    return 200;
  } catch (error) {
    if (error instanceof Refused) return error.status;
    throw error;
  }
}

/** Metric → when its value is worth a word, and which. */
const FIGURES = [
  [
    'comptoir_feed_lag_seconds',
    2,
    'The feed is behind: is the database slow, or a transaction open for long?',
  ],
  [
    'comptoir_stock_commands_waiting',
    1_000,
    'Writes queue up: is the database slow? See comptoir_batch_seconds.',
  ],
  ['comptoir_database_waiting', 20, 'Requests wait for connections: raise COMPTOIR_DATABASE_CONNECTIONS.'],
  [
    'comptoir_feed_resets',
    0,
    'Events were missed for good since the start: was the database restored under it?',
  ],
] as const;

export async function checkMetrics(server: Server): Promise<Finding[]> {
  const { status, text } = await look({ ...server, key: '' }, '/metrics');
  if (status !== 200) return [{ about: 'Figures', state: 'skip', says: `/metrics answers ${status}` }];
  const found = FIGURES.map(([name, limit, advice]) => {
    const value = Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    const says = `${name.replace('comptoir_', '').replaceAll('_', ' ')} ${Number(value.toFixed(3))}`;
    return { says, advice, isHigh: value > limit };
  });
  const high = found.filter(({ isHigh }) => isHigh);
  const says = (high.length > 0 ? high : found.slice(0, 3)).map((figure) => figure.says).join(', ');
  return [judge('Figures', says, [[high.length > 0, 'warn', high[0]?.advice ?? '']])];
}

const webhooksSchema = z.object({
  data: z.array(
    z.looseObject({
      id: z.string(),
      url: z.string(),
      status: z.string().optional(),
      disabledReason: z.string().nullish(),
    }),
  ),
});
const sourcesSchema = z.object({
  data: z.array(z.looseObject({ name: z.string(), silentSince: z.string().nullish() })),
});

/** Webhooks that get nothing, and sources that say nothing. */
export async function checkFollowers(server: Server): Promise<Finding[]> {
  if (server.key === '') return [];
  return [
    await listed(server, '/v1/webhooks?limit=200', 'Webhooks', webhooksSchema, ({ data }) => {
      // Switched off by somebody: as they want it.
      const bad = data.filter(
        ({ status, disabledReason }) =>
          status === 'failing' || (status === 'disabled' && disabledReason !== 'request'),
      );
      const names = bad.map(
        ({ id, status, disabledReason }) =>
          `${id} is ${status}${disabledReason ? ` (${disabledReason})` : ''}`,
      );
      const says = bad.length === 0 ? `${data.length}, none failing` : names.join(', ');
      const advice =
        'GET /v1/webhooks/{id}/deliveries says why; PUT with enabled: true goes on from where it stopped.';
      return judge('Webhooks', says, [[bad.length > 0, 'warn', advice]]);
    }),
    await listed(server, '/v1/sources?limit=200', 'Sources', sourcesSchema, ({ data }) => {
      const silent = data.filter(({ silentSince }) => silentSince !== null && silentSince !== undefined);
      const names = silent.map(({ name, silentSince }) => `${name} is silent since ${silentSince}`);
      const says = silent.length === 0 ? `${data.length}, none silent` : names.join(', ');
      const advice =
        'Does it run and reach the server? Until it speaks, its locations are stale and their buffers grow.';
      return judge('Sources', says, [[silent.length > 0, 'warn', advice]]);
    }),
  ];
}

async function listed<T>(
  server: Server,
  where: string,
  about: string,
  schema: z.ZodType<T>,
  judged: (page: T) => Finding,
): Promise<Finding> {
  try {
    const page = schema.safeParse(await call(server, 'GET', where));
    return page.success ? judged(page.data) : { about, state: 'skip', says: 'the answer is not understood' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { about, state: 'skip', says: error.status === 404 ? 'this server has none' : error.message };
  }
}

function look(server: Server, where: string): Promise<Answer> {
  return ask(server, where, AbortSignal.timeout(ANSWER_MILLISECONDS_MAX));
}

function detailOf({ status, text }: Answer): string {
  const problem = z.object({ detail: z.string() }).safeParse(safeJson(text));
  return problem.success ? problem.data.detail : `it answers ${status}`;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
