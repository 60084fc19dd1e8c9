// The /live namespace: opens the Socket.IO server on an HTTP server, lets clients in and closes it all again.
// Emits nothing of its own: what clients hear comes from the feed.
import type { Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import type { Caller } from '../domain/caller.ts';
import { decodeCursor } from '../domain/feedPosition.ts';
import { Problem } from '../domain/problem.ts';
import type { Feed } from '../feed/reader.ts';
import type { Tx } from '../queries/transaction.ts';
import { Audience, type LiveCounts } from './audience.ts';
import { makeGate } from './gate.ts';
import { LIMITS, type Limits } from './limits.ts';
import {
  connectError,
  type LiveServer,
  type LiveSocket,
  problemData,
  problemOf,
  type SocketData,
} from './protocol.ts';
import { LiveSession } from './session.ts';
import { everythingFor, readSubscription } from './subscription.ts';

export type LiveOptions = {
  /** Has its request handler already. */
  server: HttpServer;
  database: Tx;
  feed: Feed;
  /** Who has this token; null when nobody has. */
  authenticate(token: string): Promise<Caller | null>;
  /** Whether a page on this origin may connect. Only browsers ask, and only for long polling. */
  allowsOrigin(origin: string): Promise<boolean>;
  log: Logger;
  limits?: Partial<Limits>;
};

export type Live = {
  counts(): Readonly<LiveCounts & { sockets: number }>;
  /** Ends every connection, within two seconds. Clients see a lost connection and try another process. */
  close(): Promise<void>;
};

const PATH = '/socket.io';
const NAMESPACE = '/live';
const TOKEN_CHARACTERS_MAX = 300;
/** A connection that asks for no namespace. */
const CONNECT_MILLISECONDS_MAX = 10_000;
const CLOSE_MILLISECONDS_MAX = 1_500;

export function openLive(options: LiveOptions): Live {
  const { server, feed, log } = options;
  const limits = { ...LIMITS, ...options.limits };
  let isClosing = false;
  const io: LiveServer = new Server({
    path: PATH,
    serveClient: false,
    connectTimeout: CONNECT_MILLISECONDS_MAX,
    maxHttpBufferSize: limits.messageBytes,
    allowRequest: (_request, answer) => answer(null, !isClosing && io.engine.clientsCount < limits.sockets),
    cors: {
      origin: (origin, answer) => {
        if (origin === undefined) return answer(null, false);
        options.allowsOrigin(origin).then((allowed) => answer(null, allowed), answer);
      },
    },
  });
  const upgraded = followUpgrades(server);
  io.attach(server);
  io.use((_socket, next) =>
    next(connectError(new Problem('not-found', `Connect to the namespace ${NAMESPACE}.`))),
  );

  const namespace = io.of(NAMESPACE);
  const audience = new Audience(namespace);
  const room = { tx: options.database, feed, audience, gate: makeGate(limits.catchUps), limits, log };
  const stopListening = feed.subscribe({
    name: 'live sockets',
    onEvents: (events) => audience.onEvents(events),
    onReset: () => audience.onReset(),
  });
  const timer = setInterval(() => audience.tellCursor(feed), limits.cursorMilliseconds).unref();

  namespace.use((socket, next) => {
    identify(socket.handshake.auth, options, (keyId) => audience.socketsOf(keyId) < limits.socketsPerKey)
      .then((data) => Object.assign(socket.data, data))
      .then(
        () => next(),
        (error: unknown) => {
          if (!(error instanceof Problem)) log.warn({ err: error }, 'A socket could not be let in');
          next(connectError(error));
        },
      );
  });
  namespace.on('connection', (socket) => {
    const session = new LiveSession(socket, room);
    if (!audience.admit(session)) return void socket.disconnect(true);
    socket.on('disconnect', () => {
      session.close();
      audience.dismiss(session);
    });
    takeSubscriptions(socket, session, limits);
    if (session.caller.kind === 'device') session.follow(everythingFor(session.caller), null);
  });

  return {
    counts: () => ({ ...audience.counts, sockets: namespace.sockets.size }),
    async close() {
      isClosing = true;
      clearInterval(timer);
      stopListening();
      // Not a disconnect by the server, after which clients would not come back by themselves.
      io.engine.close();
      await upgraded.end(CLOSE_MILLISECONDS_MAX);
    },
  };
}

/** Throws `unauthorized`, `forbidden`, `invalid-cursor` or `rate-limited`. */
async function identify(
  auth: Readonly<Record<string, unknown>>,
  { authenticate }: Pick<LiveOptions, 'authenticate'>,
  hasRoom: (keyId: string) => boolean,
): Promise<SocketData> {
  const { token, after = null } = auth;
  const caller =
    typeof token === 'string' && token.length <= TOKEN_CHARACTERS_MAX ? await authenticate(token) : null;
  if (caller === null)
    throw new Problem('unauthorized', 'Connect with `auth: { token }`: a key that is in use.');
  if (caller.kind === 'publishable' || !caller.scopes.has('events:read')) {
    throw new Problem('forbidden', 'The key may not read events: it needs the scope events:read.');
  }
  if (!hasRoom(caller.keyId)) {
    throw new Problem('rate-limited', 'The key has too many connections: close one first.');
  }
  return { caller, after: after === null ? null : decodeCursor(String(after)) };
}

function takeSubscriptions(socket: LiveSocket, session: LiveSession, limits: Limits): void {
  let asked = 0;
  let since = performance.now();
  socket.on('subscribe', (request, acknowledge) => {
    // A client that sends no filter may send its callback first.
    const [wish, answer] = typeof request === 'function' ? [{}, request] : [request, acknowledge];
    const reply = (message: object) => void (typeof answer === 'function' && answer(message));
    if (performance.now() - since > 60_000) {
      asked = 0;
      since = performance.now();
    }
    asked += 1;
    try {
      if (asked > limits.subscribesPerMinute)
        throw new Problem('rate-limited', 'Too many subscriptions a minute.');
      const { filter, after } = readSubscription(session.caller, wish);
      session.follow(filter, after);
      reply({ ok: true });
    } catch (error) {
      reply(problemData(problemOf(error)));
    }
  });
}

/** Upgraded connections are no longer the HTTP server's to close, and a client that is gone does not close them. */
function followUpgrades(server: HttpServer): { end(milliseconds: number): Promise<void> } {
  const open = new Set<Duplex>();
  server.on('upgrade', (_request, connection: Duplex) => {
    open.add(connection);
    connection.once('close', () => open.delete(connection));
  });
  return {
    async end(milliseconds) {
      const closed = [...open].map(
        (connection) => new Promise((resolve) => connection.once('close', resolve)),
      );
      const timer = setTimeout(() => {
        for (const connection of open) connection.destroy();
      }, milliseconds);
      await Promise.all(closed);
      clearTimeout(timer);
    },
  };
}
