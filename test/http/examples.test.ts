// The document's examples, all of them, run as they stand against the demo as it was just loaded, with the keys that its
// page has filled in. No operation is without one; what no example can know ahead comes from the answer that links to it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import request from 'supertest';
import type { DemoKeys } from '../../src/demo/keys.ts';
import { loadDemo } from '../../src/demo/load.ts';
import type { AnyRoute, RequestExample } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes/index.ts';
import { checkIntegrity } from '../../src/queries/integrity.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { contradictions } from '../support/evidence.ts';

type Operation = { security: Record<string, string[]>[]; responses: Record<string, unknown> };
type Paths = Record<string, Record<string, Operation>>;
const document: { paths: Paths } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../openapi/openapi.json'), 'utf8'),
);

let app: TestApp;
let keys: DemoKeys;

beforeAll(async () => {
  app = await startTestApp();
  const { database, catalogue, feed } = app.deps;
  const loaded = await loadDemo({
    ...{ database, catalogue, feed, log: pino({ level: 'silent' }) },
    ...{ now: () => new Date(), adminKey: app.admin },
  });
  if (loaded === null) throw new Error('the demo was not loaded');
  keys = loaded;
  await feed.settled();
  await app.deps.locations.settled();
});
afterAll(() => app.close());

/** A secret that is shown once and is good for one use, and a quote that is signed: no document can hold one. */
const FROM_ANOTHER_ANSWER = ['pairDevice', 'reservePlan'];

type Answer = { status: number; body: unknown };
const answers = new Map<string, Answer>();

test('every operation has an example, or needs nothing to run', () => {
  const bare = routes.filter((route) => examplesOf(route).length === 0);
  expect(bare.map(({ operationId }) => operationId)).toEqual(['pairDevice']);
  expect([...linked().keys()].toSorted()).toEqual(FROM_ANOTHER_ANSWER);
});

test('each of them runs', async () => {
  const failed: unknown[] = [];
  for (const { route, example } of inOrder()) {
    const answer = await run(route, example);
    answers.set(route.operationId, answer);
    if (answer.status >= 400) failed.push({ operationId: route.operationId, ...answer });
  }
  expect(failed).toEqual([]);
  expect(answers.size).toBe(routes.length);
});

test('what gives 304 to whoever has it says so in the document, and nothing else does', async () => {
  const told: Record<string, boolean> = {};
  const given: Record<string, boolean> = {};
  for (const { route, example } of inOrder()) {
    if (route.method !== 'GET') continue;
    const { status } = await run(route, {
      ...example,
      headers: { ...example.headers, 'If-None-Match': '*' },
    });
    // What an example before took away can say nothing.
    if (status >= 400) continue;
    told[route.operationId] = document.paths[route.path]?.get?.responses['304'] !== undefined;
    given[route.operationId] = status === 304;
  }
  expect(given).toEqual(told);
  expect(Object.values(given).filter(Boolean).length).toBeGreaterThan(5);
});

test('each, run again, is answered in the words of the contract', async () => {
  for (const { route, example } of inOrder()) {
    const { status } = await run(route, example);
    expect({ operationId: route.operationId, isFine: status < 500 && status !== 400 }).toEqual({
      operationId: route.operationId,
      isFine: true,
    });
  }
});

test('after all of them every level agrees with its evidence', async () => {
  expect(await checkIntegrity(app.deps.database)).toMatchObject({ drifting: 0, drift: [] });
  expect(await contradictions(app.deps.database)).toEqual([]);
});

/** What needs nothing is its own example. */
function examplesOf(route: AnyRoute): RequestExample[] {
  const given = Object.values(route.examples ?? {});
  if (given.length > 0) return given;
  const needs = [route.params, route.query, route.body].some((part) => part?.safeParse({}).success === false);
  return needs || route.streamsBody ? [] : [{ summary: 'As it is' }];
}

/** As in the document, but what takes of another answer after that. */
function inOrder(): { route: AnyRoute; example: RequestExample }[] {
  return routes
    .toSorted((a, b) => Number(linked().has(a.operationId)) - Number(linked().has(b.operationId)))
    .flatMap((route) => {
      const examples = examplesOf(route);
      const all = examples.length === 0 ? [{ summary: 'From another answer' }] : examples;
      return all.map((example) => ({ route, example }));
    });
}

/** Operation → the link that leads to it, and from where. */
function linked() {
  return new Map(
    routes.flatMap((from) =>
      Object.values(from.responses).flatMap(({ links = {} }) =>
        Object.values(links).map((link) => [link.operationId, { ...link, from: from.operationId }] as const),
      ),
    ),
  );
}

async function run(route: AnyRoute, example: RequestExample): Promise<Answer> {
  const { params, body } = completed(route, example);
  const url = route.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? ''));
  const method = route.method.toLowerCase();
  if (method !== 'get' && method !== 'post' && method !== 'put' && method !== 'delete')
    throw new Error(method);
  const call = request(app.url)
    [method](url)
    .query(example.query ?? {})
    .set(example.headers ?? {});
  const token = keyFor(route);
  if (token !== null) call.set('Authorization', `Bearer ${token}`);
  if (route.streamsBody) call.set('Content-Type', route.bodyTypes?.[0] ?? 'text/plain');
  return call.send(body);
}

function completed(route: AnyRoute, { params = {}, body }: RequestExample) {
  const link = linked().get(route.operationId);
  if (link === undefined) return { params, body };
  const answer = answers.get(link.from)?.body;
  const found = (values: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, at]) => [name, String(valueAt(answer, at))]));
  return {
    params: { ...params, ...found(link.parameters) },
    body: link.requestBody ? { ...Object(body), ...found(link.requestBody) } : body,
  };
}

/** `$response.body#/data/0/id` */
function valueAt(body: unknown, expression: string): unknown {
  const [, pointer = ''] = expression.split('#/');
  return pointer.split('/').reduce((value: unknown, name) => Object(value)[name], body);
}

/** The one of the scheme that the document names; see SECURITY in openapi.ts. */
function keyFor({ path: place, method }: AnyRoute): string | null {
  const [needed = {}] = document.paths[place]?.[method.toLowerCase()]?.security ?? [];
  const [scheme] = Object.keys(needed);
  if (scheme === undefined) return null;
  return { key: keys.secret, device: keys.device, admin: app.admin }[scheme] ?? null;
}
