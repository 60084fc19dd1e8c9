// Health as a load balancer and a scraper see it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { closeServer, listen, makeServer } from '../../src/http/server.ts';
import { makeStage } from '../../src/http/stage.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let comptoir: TestApp;
beforeAll(async () => {
  comptoir = await startTestApp();
});
afterAll(() => comptoir.close());

describe('health', () => {
  test('a process that runs says so without a key', async () => {
    const answer = await request(comptoir.url).get('/health/live').expect(200);
    expect(answer.body).toEqual({ status: 'alive' });
  });

  test('a process that starts says so too, and under which request id', async () => {
    const starting = makeServer(makeStage().listener);
    const port = await listen(starting, 0, '127.0.0.1');
    const answer = await request(`http://127.0.0.1:${port}`)
      .get('/health/live')
      .set('X-Request-Id', 'probe-1');
    await closeServer(starting, 1_000);
    expect(answer.body).toEqual({ status: 'alive' });
    expect(answer.headers['x-request-id']).toBe('probe-1');
  });

  test('a process whose database answers is ready', async () => {
    const answer = await request(comptoir.url).get('/health/ready').expect(200);
    expect(answer.body).toEqual({ status: 'ready' });
  });

  test('metrics name durations by route and never a path that was asked', async () => {
    await request(comptoir.url).get('/problems/internal-error').expect(200);
    const answer = await request(comptoir.url).get('/metrics').expect(200);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).toContain('route="GET /problems/{code}",status="200"');
    expect(answer.text).not.toContain('internal-error"');
    expect(answer.text).toContain('comptoir_feed_lag_seconds');
  });

  test('a process that drains is not ready, and says why', async () => {
    const other = await startTestApp();
    other.deps.health.drain();
    const answer = await request(other.url).get('/health/ready').expect(503);
    await other.close();
    expect(answer.body).toMatchObject({ code: 'unavailable', detail: 'The process is shutting down.' });
    expect(answer.headers['retry-after']).toBe('1');
  });
});
