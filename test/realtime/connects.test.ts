// Clients that knock again and again on one connection: each knock costs a look at the keys, so they get few.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import type { Database } from '../../src/queries/transaction.ts';
import { backlogOf } from '../../src/realtime/backlog.ts';
import type { LiveServer, LiveSocket } from '../../src/realtime/protocol.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase } from '../support/feedBench.ts';
import { callerOf, type LiveBench, startLiveBench } from '../support/liveBench.ts';

let testDatabase: TestDatabase;
let database: Database;
let bench: LiveBench;
let asked = 0;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
  bench = await startLiveBench(database, {
    authenticate: async (token) => {
      asked += 1;
      return token === 'lille' ? callerOf('key_lille', 'device', ['FR-LILLE-01']) : null;
    },
  });
});
afterAll(async () => {
  await bench.close();
  await database.close();
  await testDatabase.drop();
});

/** What a WebSocket hears that sends these tokens at once, each in a CONNECT packet, until it is closed. */
async function knock(tokens: readonly string[]): Promise<string[]> {
  const heard: string[] = [];
  const socket = new WebSocket(`${bench.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  socket.addEventListener('message', ({ data }) => {
    const text = String(data);
    if (!text.startsWith('0')) heard.push(text);
    else for (const token of tokens) socket.send(`40/live,${JSON.stringify({ token })}`);
  });
  await closed;
  return heard;
}

test('who is refused is told why, and then the connection ends', async () => {
  const [problem = '', ...more] = await knock(['nobody']);
  expect(problem).toMatch(/^44\/live,.*"code":"unauthorized"/);
  expect(more).toEqual([]);
});

test('a connection has few tries, also when it sends them all at once', async () => {
  asked = 0;
  await knock(Array.from({ length: 2_000 }, (_, at) => `guess-${at}`));
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(5);
});

test('a connection has few tries with a good key too', async () => {
  asked = 0;
  const heard = await knock(Array.from({ length: 50 }, () => 'lille'));
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(5);
  expect(heard.join()).toMatch(/"code":"rate-limited"/);
  await eventually(() => expect(bench.live.counts().sockets).toBe(0));
});

describe('of sockets that a key opens all at once', () => {
  const [MOST, KNOCKS] = [5, 20];
  /** Nobody is let in before all have knocked. */
  const openAtOnce = async (auth: object) => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    let waiting = 0;
    const many = await startLiveBench(database, {
      limits: { socketsPerKey: MOST },
      authenticate: async () => {
        waiting += 1;
        await opened;
        return callerOf('key_server', 'secret');
      },
    });
    const outcomes = { in: 0, refused: [] as string[] };
    const clients = Array.from({ length: KNOCKS }, () => many.connect(auth));
    for (const { socket } of clients) {
      socket.once('connect', () => {
        outcomes.in += 1;
      });
      socket.once('connect_error', (error) => {
        outcomes.refused.push((error as Error & { data: { code: string } }).data.code);
      });
    }
    await eventually(() => expect(waiting).toBe(KNOCKS));
    return { many, clients, outcomes, open };
  };

  test('as many are let in as it may have, and their places are free again once they leave', async () => {
    const { many, clients, outcomes, open } = await openAtOnce({ token: 'server' });
    open();
    await eventually(() => expect(outcomes.in + outcomes.refused.length).toBe(KNOCKS));
    expect(outcomes).toEqual({ in: MOST, refused: Array(KNOCKS - MOST).fill('rate-limited') });
    for (const { socket } of clients) socket.disconnect();
    await eventually(() => expect(many.live.counts().sockets).toBe(0));
    const again = Array.from({ length: MOST }, () => many.connect({ token: 'server' }));
    await eventually(() => expect(again.every(({ socket }) => socket.connected)).toBe(true));
    await many.close();
  });

  test('none takes a place that is refused for another reason', async () => {
    const { many, outcomes, open } = await openAtOnce({ token: 'server', after: 'no cursor' });
    open();
    await eventually(() => expect(outcomes.refused).toHaveLength(KNOCKS));
    expect(new Set(outcomes.refused)).toEqual(new Set(['invalid-cursor']));
    const again = Array.from({ length: MOST }, () => many.connect({ token: 'server' }));
    await eventually(() => expect(again.every(({ socket }) => socket.connected)).toBe(true));
    await many.close();
  });
});

test('however many sockets a connection had, it is listened to once', async () => {
  const http = createServer();
  const server: LiveServer = new Server(http);
  const arrived = new Promise<LiveSocket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const client = connect(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { reconnection: false });
  const { conn } = await arrived;
  const first = backlogOf(conn, 1_000);
  const listeners = conn.listenerCount('packetCreate');
  expect(backlogOf(conn, 1_000)).toBe(first);
  expect(conn.listenerCount('packetCreate')).toBe(listeners);
  client.disconnect();
  await server.close();
});
