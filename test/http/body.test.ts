// A request's body where its sender does not stay.
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from '@jest/globals';
import { ClientGone, readJson } from '../../src/http/body.ts';
import { closeServer, listen, makeServer } from '../../src/http/server.ts';

test('of a client that left before anybody read it, is not waited for', async () => {
  let arrived = (_request: IncomingMessage) => {};
  const asked = new Promise<IncomingMessage>((resolve) => {
    arrived = resolve;
  });
  const server = makeServer((req) => arrived(req));
  const port = await listen(server, 0, '127.0.0.1');
  const headers = { 'Content-Type': 'application/json', 'Content-Length': '9' };
  const client = request({ host: '127.0.0.1', port, method: 'POST', headers });
  client.on('error', () => {});
  client.write('{"a":');
  const received = await asked;
  const gone = new Promise((resolve) => received.once('close', resolve));
  client.destroy();
  await gone;
  await expect(readJson(received, 1_000)).rejects.toBeInstanceOf(ClientGone);
  await closeServer(server, 0);
});
