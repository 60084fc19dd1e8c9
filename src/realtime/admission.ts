// Who gets into the namespace: a known key that may read events, with room for one more of its sockets.
// Decides at the handshake; what it decided travels with the socket.
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller.ts';
import { decodeCursor } from '../domain/feedPosition.ts';
import { Problem } from '../domain/problem.ts';
import { connectError, type LiveSocket, type SocketData } from './protocol.ts';

const TOKEN_CHARACTERS_MAX = 300;

export type Admission = {
  /** Who has this token; null when nobody has. */
  authenticate: (token: string) => Promise<Caller | null>;
  /** How many sockets a key has. */
  socketsOf: (keyId: string) => number;
  /** How many it may have. */
  socketsMax: number;
  /** How often one connection may try. */
  connectsMax: number;
  log: Logger;
};

/**
 * A Socket.IO middleware. The client of a refused socket gets the problem as its error's `data`; then its connection
 * ends: who could go on trying over one would cost a look at the keys each time.
 */
export function admit(admission: Admission) {
  const countTry = tryCounter();
  const room = makeRoom(admission);
  return async (socket: LiveSocket, next: (error?: Error) => void): Promise<void> => {
    try {
      if (countTry(socket.conn) > admission.connectsMax) {
        throw new Problem('rate-limited', 'This connection has tried too often.');
      }
      Object.assign(socket.data, await identify(socket.handshake.auth, admission, room));
    } catch (error) {
      if (!(error instanceof Problem)) admission.log.warn({ err: error }, 'A socket could not be let in');
      next(connectError(error));
      // Socket.IO sends the problem on the next tick; what was sent goes out before the connection ends.
      setImmediate(() => socket.conn.close());
      return;
    }
    next();
    // Socket.IO lets it in on the next tick, or finds that it has gone: either way it is not on its way any more.
    process.nextTick(() => room.leave(socket.data.caller.keyId));
  };
}

type Room = {
  /** One more of the key is on its way; false: it has no room for that. */
  enter(keyId: string): boolean;
  leave(keyId: string): void;
};

/** Counts who was let in and is not there yet, too: a server that starts anew may open all its sockets at once. */
function makeRoom({ socketsOf, socketsMax }: Admission): Room {
  const onTheWay = new Map<string, number>();
  return {
    enter(keyId) {
      const count = onTheWay.get(keyId) ?? 0;
      if (socketsOf(keyId) + count >= socketsMax) return false;
      onTheWay.set(keyId, count + 1);
      return true;
    },
    leave(keyId) {
      const count = (onTheWay.get(keyId) ?? 0) - 1;
      if (count > 0) onTheWay.set(keyId, count);
      else onTheWay.delete(keyId);
    },
  };
}

/** Answers how many tries a connection has made, this one included. */
function tryCounter(): (conn: LiveSocket['conn']) => number {
  const tries = new WeakMap<LiveSocket['conn'], number>();
  return (conn) => {
    const count = (tries.get(conn) ?? 0) + 1;
    tries.set(conn, count);
    return count;
  };
}

/** Throws `unauthorized`, `forbidden`, `invalid-cursor` or `rate-limited`. */
async function identify(
  { token, after = null }: Readonly<Record<string, unknown>>,
  { authenticate }: Admission,
  room: Room,
): Promise<SocketData> {
  const isToken = typeof token === 'string' && token.length <= TOKEN_CHARACTERS_MAX;
  const caller = isToken ? await authenticate(token) : null;
  if (caller === null)
    throw new Problem('unauthorized', 'Connect with `auth: { token }`: a key that is in use.');
  if (caller.kind === 'publishable' || !caller.scopes.has('events:read')) {
    throw new Problem('forbidden', 'The key may not read events: it needs the scope events:read.');
  }
  const from = after === null ? null : decodeCursor(typeof after === 'string' ? after : '');
  // Last of all: nothing may fail once it is on its way.
  if (!room.enter(caller.keyId)) {
    throw new Problem('rate-limited', 'The key has too many connections: close one first.');
  }
  return { caller, after: from };
}
