// Owns what tests of the live namespace share: a server with nothing but sockets, and clients that remember all they hear.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import type { Caller } from '../../src/domain/caller.ts';
import type { EventEnvelope } from '../../src/domain/event.ts';
import { DEVICE_SCOPES, type KeyKind, SCOPES } from '../../src/domain/key.ts';
import { type Feed, startFeed } from '../../src/feed/reader.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { type Live, type LiveOptions, openLive } from '../../src/realtime/live.ts';
import { eventually } from './eventually.ts';
import { silent, textOf } from './feedBench.ts';

export type Client = {
  socket: Socket;
  events: EventEnvelope[];
  texts(): string[];
  /** The cursor of each `ready`, `reset` and `cursor`. */
  ready: string[];
  resets: string[];
  cursors: string[];
  subscribe(request?: object): Promise<unknown>;
  isReady(): Promise<void>;
  close(): void;
};

export type LiveBench = {
  url: string;
  feed: Feed;
  live: Live;
  /** Token → who has it. */
  callers: Map<string, Caller>;
  connect(auth: object, options?: { transports?: string[] }): Client;
  close(): Promise<void>;
};

export function callerOf(keyId: string, kind: KeyKind, locations: string[] | null = null): Caller {
  const scopes = new Set(kind === 'device' ? DEVICE_SCOPES : kind === 'secret' ? SCOPES : []);
  return { keyId, name: keyId, kind, scopes, locations, origins: [], deviceId: null };
}

/** One process: a feed of its own on the database, and a port of its own. */
export async function startLiveBench(
  database: Database,
  options: Partial<LiveOptions> = {},
): Promise<LiveBench> {
  const feed = await startFeed({ database, log: silent, pollMilliseconds: 10 });
  const callers = new Map([
    ['server', callerOf('key_server', 'secret')],
    ['lille', callerOf('key_lille', 'device', ['FR-LILLE-01'])],
    ['lyon', callerOf('key_lyon', 'device', ['FR-LYON-01'])],
    ['shop', callerOf('key_shop', 'publishable')],
  ]);
  const server = createServer((_request, response) => response.end());
  const live = openLive({
    orderedItems: { isOrdered: () => false, locationsOf: () => [] },
    server,
    database,
    feed,
    authenticate: async (token) => callers.get(token) ?? null,
    allowsOrigin: async () => false,
    log: silent,
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: Client[] = [];
  return {
    url,
    feed,
    live,
    callers,
    connect(auth, { transports = ['websocket'] } = {}) {
      const client = clientOf(io(`${url}/live`, { auth, transports, reconnection: false, forceNew: true }));
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await live.close();
      await feed.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function clientOf(socket: Socket): Client {
  const client = {
    socket,
    events: [] as EventEnvelope[],
    ready: [] as string[],
    resets: [] as string[],
    cursors: [] as string[],
    texts: () => client.events.map(textOf),
    subscribe: (request: object = {}) => socket.emitWithAck('subscribe', request),
    isReady: () => eventually(() => client.ready.length > 0).then(() => {}),
    close: () => void socket.disconnect(),
  };
  socket.on('event', (envelope: EventEnvelope) => client.events.push(envelope));
  socket.on('ready', ({ cursor }: { cursor: string }) => client.ready.push(cursor));
  socket.on('reset', ({ cursor }: { cursor: string }) => client.resets.push(cursor));
  socket.on('cursor', ({ cursor }: { cursor: string }) => client.cursors.push(cursor));
  return client;
}

/** The problem of a refused connection. */
export function refusalOf(client: Client): Promise<{ code: string; status: number }> {
  return new Promise((resolve, reject) => {
    client.socket.once('connect', () => reject(new Error('It was let in')));
    client.socket.once('connect_error', (error) => resolve((error as Error & { data: never }).data));
  });
}
