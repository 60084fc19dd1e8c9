// The /live namespace: opens the Socket.IO server on an HTTP server, gives each socket its session, and closes it all.
// Emits nothing of its own: what clients hear comes from the feed.
import type { Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import { Problem } from '../domain/problem.ts';
import type { Feed } from '../feed/reader.ts';
import type { Tx } from '../queries/transaction.ts';
import { type Admission, admit } from './admission.ts';
import { Audience, type LiveCounts, type OrderedItems } from './audience.ts';
import { makeGate } from './gate.ts';
import { LIMITS, type Limits } from './limits.ts';
import {
  connectError,
  type LiveServer,
  type LiveSocket,
  NAMESPACE,
  problemData,
  problemOf,
} from './protocol.ts';
import { LiveSession } from './session.ts';
import { everythingFor, type Ordered, readSubscription } from './subscription.ts';
import { followUpgrades } from './upgrades.ts';

export type LiveOptions = {
  /** Has its request handler already. */
  server: HttpServer;
  database: Tx;
  feed: Feed;
  authenticate: Admission['authenticate'];
  /** Whether a page on this origin may connect. Only browsers ask, and only for long polling. */
  allowsOrigin: (origin: string) => Promise<boolean>;
  /** Which items the open orders of each location hold: tablets hear when these change. */
  orderedItems: OrderedItems;
  log: Logger;
  limits?: Partial<Limits>;
};

export type Live = {
  counts(): Readonly<LiveCounts & { sockets: number }>;
  /** Ends every connection, within two seconds. Clients see a lost connection and try another process. */
  close(): Promise<void>;
};

/** A connection that asks for no namespace. */
const CONNECT_MILLISECONDS_MAX = 10_000;
const CLOSE_MILLISECONDS_MAX = 1_500;

export function openLive(options: LiveOptions): Live {
  const { server, database, feed, authenticate, orderedItems, log } = options;
  const limits = { ...LIMITS, ...options.limits };
  const closing = new AbortController();
  const upgrades = followUpgrades(server);
  const io = openServer(options, limits, closing.signal);
  const namespace = io.of(NAMESPACE);
  const audience = new Audience(orderedItems);
  const room = { tx: database, feed, audience, gate: makeGate(limits.catchUps), limits, log };
  const letIn = admit({
    authenticate,
    socketsOf: (keyId) => audience.socketsOf(keyId),
    socketsMax: limits.socketsPerKey,
    connectsMax: limits.connectsPerConnection,
    log,
  });
  namespace.use((socket, next) => void letIn(socket, next));
  namespace.on('connection', (socket) => {
    const session = new LiveSession(socket, room);
    if (audience.admit(session)) serve(session, audience, { limits, orderedItems });
    else socket.disconnect(true);
  });
  const stopListening = feed.subscribe({
    name: 'live sockets',
    onEvents: (events) => audience.onEvents(events),
    onReset: () => audience.onReset(),
  });
  const timer = setInterval(() => audience.tellCursor(feed), limits.cursorMilliseconds).unref();
  return {
    counts: () => ({ ...audience.counts, sockets: namespace.sockets.size }),
    async close() {
      closing.abort();
      clearInterval(timer);
      stopListening();
      // Not a disconnect by the server, after which clients would not come back by themselves.
      io.engine.close();
      await upgrades.end(CLOSE_MILLISECONDS_MAX);
    },
  };
}

function openServer({ server, allowsOrigin }: LiveOptions, limits: Limits, closing: AbortSignal): LiveServer {
  const io: LiveServer = new Server({
    path: '/socket.io',
    serveClient: false,
    // Socket.IO's default, and a letter (letter.ts) is one: a frame ready for all, which compression would make anew for each
    // socket, with some 100 kB of zlib's memory a socket.
    perMessageDeflate: false,
    connectTimeout: CONNECT_MILLISECONDS_MAX,
    maxHttpBufferSize: limits.messageBytes,
    allowRequest: (_request, answer) =>
      answer(null, !closing.aborted && io.engine.clientsCount < limits.sockets),
    cors: {
      origin: (origin, answer) => {
        if (origin === undefined) answer(null, false);
        else allowsOrigin(origin).then((allowed) => answer(null, allowed), answer);
      },
    },
  });
  io.attach(server);
  // There is always a default namespace; nothing happens in ours.
  const elsewhere = connectError(new Problem('not-found', `Connect to the namespace ${NAMESPACE}.`));
  io.use((_socket, next) => next(elsewhere));
  return io;
}

type Terms = { limits: Limits; orderedItems: Ordered };

function serve(session: LiveSession, audience: Audience, terms: Terms): void {
  const { socket, caller } = session;
  socket.on('disconnect', () => {
    session.close();
    audience.dismiss(session);
  });
  takeSubscriptions(socket, session, terms);
  if (caller.kind === 'device') session.follow(everythingFor(caller, terms.orderedItems), null);
}

function takeSubscriptions(socket: LiveSocket, session: LiveSession, { limits, orderedItems }: Terms): void {
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
      if (asked > limits.subscribesPerMinute) {
        throw new Problem('rate-limited', 'Too many subscriptions a minute.');
      }
      const { filter, after } = readSubscription(session.caller, wish, orderedItems);
      session.follow(filter, after);
      reply({ ok: true });
    } catch (error) {
      reply(problemData(problemOf(error)));
    }
  });
}
