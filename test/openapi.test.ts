// The published document: made from the routes, current, complete, and served as it is.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { z } from 'zod';
import { openApiDocument } from '../src/http/openapi.ts';
import { type AnyRoute, route, TAGS } from '../src/http/route.ts';
import { routes } from '../src/http/routes/index.ts';
import { routeMistakes } from '../src/http/table.ts';
import { startTestApp } from './support/app.ts';

const root = path.join(import.meta.dirname, '..');
const committed = JSON.parse(readFileSync(path.join(root, 'openapi/openapi.json'), 'utf8'));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const operations = routes.map((one) => ({
  one,
  operation: committed.paths[one.path]?.[one.method.toLowerCase()],
}));

test('openapi/openapi.json is what the routes say (`npm run openapi`)', () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument(routes, version))));
});

describe('every operation', () => {
  test('has a summary, a description and one tag of the closed list', () => {
    for (const { operation } of operations) {
      expect(operation.summary).toMatch(/^[A-Z].*[^.]$/);
      expect(operation.description).not.toBe('');
      expect(operation.tags).toHaveLength(1);
      expect(Object.keys(TAGS)).toContain(operation.tags[0]);
    }
  });

  test('needs a key unless it is public, and says so', () => {
    for (const { one, operation } of operations) {
      expect(operation.security.length > 0).toBe(one.scopes !== 'public');
    }
  });

  test('describes every problem that it may answer', () => {
    for (const { operation } of operations) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '429', '500', '503']));
    }
  });

  test('that changes something by POST takes an Idempotency-Key', () => {
    const takes = operations
      .filter(({ operation }) =>
        operation.parameters?.some(({ name }: { name: string }) => name === 'Idempotency-Key'),
      )
      .map(({ one }) => one.operationId);
    const posts = routes.filter(({ method, idempotency }) => method === 'POST' && idempotency !== 'none');
    expect(takes).toEqual(posts.map(({ operationId }) => operationId));
  });
});

test('examples are what their own schemas accept', () => {
  const linked = routes.flatMap(({ responses }) =>
    Object.values(responses).flatMap(({ links = {} }) => Object.values(links)),
  );
  for (const one of routes) {
    const takesAnId = linked.some((link) => link.operationId === one.operationId && link.parameters);
    for (const [name, example] of Object.entries(one.examples ?? {})) {
      const parts = [
        [takesAnId ? undefined : one.params, example.params ?? {}],
        [one.query, example.query ?? {}],
        [one.body, example.body ?? {}],
      ] as const;
      for (const [schema, value] of parts) {
        const issues = schema?.safeParse(value).error?.issues ?? [];
        expect({ route: one.operationId, name, issues }).toEqual({
          route: one.operationId,
          name,
          issues: [],
        });
      }
    }
  }
});

test('the document and its pages are served, with this server’s address and nothing from elsewhere', async () => {
  const comptoir = await startTestApp();
  const { body } = await request(comptoir.url).get('/openapi.json').expect(200);
  const page = await request(comptoir.url).get('/docs/').expect(200);
  const script = await request(comptoir.url).get('/docs/swagger-ui-init.js').expect(200);
  await request(comptoir.url).get('/docs').expect(308).expect('Location', '/docs/');
  await request(comptoir.url)
    .get('/docs/nothing.js')
    .expect(404)
    .expect('Content-Type', 'application/problem+json');
  await request(comptoir.url).post('/docs/').expect(404);
  await comptoir.close();
  expect(body).toEqual({ ...committed, servers: [{ url: comptoir.url, description: 'This server' }] });
  expect(page.text.match(/(?:src|href)="(?!\.\/)[^"]*/g)).toBeNull();
  expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  expect(script.text).not.toContain('authAction"');
});

describe('the boot stops for a route', () => {
  const sound = {
    method: 'GET',
    path: '/v1/things/{id}',
    operationId: 'getThing',
    summary: 'A thing',
    tag: 'Process',
    scopes: ['admin'],
    params: z.strictObject({ id: z.string() }),
    responses: { 200: { description: 'It.', schema: z.object({}) } },
    problems: [],
    handler: async () => ({ status: 200, body: {} }),
  } satisfies AnyRoute;
  const mistakesOf = (changes: Partial<AnyRoute>) => routeMistakes([route({ ...sound, ...changes })]);
  const without = (name: 'scopes' | 'params') => {
    const { [name]: _, ...rest } = sound;
    return routeMistakes(JSON.parse('[]').concat(rest));
  };

  test('without scopes', () => expect(without('scopes')).toEqual(['getThing: it has no scopes']));
  test('without a schema for its path parameter', () =>
    expect(without('params')).toEqual(['getThing: its path parameter id has no schema']));
  test('without a schema for a response', () =>
    expect(mistakesOf({ responses: { 200: { description: 'It.' } } })).toEqual([
      'getThing: its response 200 has no schema',
    ]));
  test('that lets unknown fields in', () =>
    expect(mistakesOf({ body: z.strictObject({ deep: z.object({ a: z.string() }) }) })).toHaveLength(1));
  test('whose operationId is another’s', () =>
    expect(routeMistakes([sound, { ...sound, path: '/v1/other/{id}' }])).toEqual([
      'operationId getThing is used twice',
    ]));
  test('whose place is another’s', () =>
    expect(
      routeMistakes([
        sound,
        { ...sound, operationId: 'x', path: '/v1/things/{sku}', params: z.strictObject({ sku: z.string() }) },
      ]),
    ).toEqual(['GET /v1/things/{} is served twice']));
  test('but for none of ours', () => expect(routeMistakes(routes)).toEqual([]));
});
