// The tablet's pages over HTTP: what keeps them small, fresh and shut in.
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { tabletPages } from '../support/browser.ts';

const root = path.join(import.meta.dirname, '..', '..');
const FIRST_LOAD_BYTES_MAX = 150_000;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ tablet: await tabletPages() });
});
afterAll(() => app.close());

const get = (path: string) => request(app.url).get(path);

async function filesOfPage(): Promise<string[]> {
  const { text } = await get('/tablet').expect(200);
  return [...text.matchAll(/(?:src|href)="(\/tablet\/[^"]+)"/g)].map(([, file = '']) => file);
}

test.each(['/tablet', '/tablet/'])(
  '%s is the page, asked for anew each time, under a policy of its own',
  async (path) => {
    const { headers, text } = await get(path).expect(200);
    expect(text).toContain('<div id="app">');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
    expect(headers['permissions-policy']).toContain('camera=(self)');
  },
);

test('the page again, unchanged, is no page at all', async () => {
  const { headers } = await get('/tablet').expect(200);
  await get('/tablet')
    .set('If-None-Match', headers.etag ?? '')
    .expect(304);
});

test('its files never change and come compressed; together they are a small first load', async () => {
  let bytes = 0;
  const ofAssets: Record<string, unknown>[] = [];
  for (const file of await filesOfPage()) {
    const { headers } = await get(file).set('Accept-Encoding', 'gzip').expect(200);
    if (file.includes('/assets/')) ofAssets.push(headers);
    bytes += Number(headers['content-length']);
  }
  expect(ofAssets.length).toBeGreaterThan(0);
  for (const headers of ofAssets) {
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    });
  }
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});

test('no file of the build says where its sources are, whoever asked for it', async () => {
  const telling = [...(await tabletPages())].filter(([, { body }]) => body.includes(root));
  expect(telling.map(([name]) => name)).toEqual([]);
});

test('the service worker may serve /tablet itself, and is asked for anew each time', async () => {
  const { headers, text } = await get('/tablet/sw.js').expect(200);
  expect(headers).toMatchObject({ 'service-worker-allowed': '/tablet', 'cache-control': 'no-cache' });
  for (const file of await filesOfPage()) expect(text).toContain(file);
});

test.each(['/tablet/nothing.js', '/tablet/assets/../../app.ts', '/tablet/%2e%2e/app.ts'])(
  '%s is a problem like any other path that does not exist',
  async (path) => {
    const { headers, body } = await get(path).expect(404);
    expect(body.code).toBe('not-found');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  },
);
