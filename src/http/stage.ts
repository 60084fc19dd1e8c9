// What listens while the process starts: alive, not ready, until the app takes over on the same port.
// Knows nothing of the app.
import type { RequestListener } from 'node:http';
import { Problem } from '../domain/problem.ts';
import { requestIdOf } from './requestId.ts';
import { answer } from './server.ts';

export type Stage = {
  listener: RequestListener;
  /** From now on `app` answers. */
  set(app: RequestListener): void;
};

export function makeStage(): Stage {
  let current: RequestListener = (request, response) => {
    if (request.url === '/health/live') {
      response.writeHead(200, {
        'Content-Type': 'application/json; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Request-Id': requestIdOf(request.headers['x-request-id']),
      });
      response.end('{"status":"alive"}');
      return;
    }
    const detail = 'The process is starting: the database is made ready and what is read from it is loaded.';
    answer(request, response, new Problem('unavailable', detail));
  };
  return {
    listener: (request, response) => current(request, response),
    set(app) {
      current = app;
    },
  };
}
