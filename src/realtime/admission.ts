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
  /** Whether the key may have one more socket. */
  hasRoom: (keyId: string) => boolean;
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
  return async (socket: LiveSocket, next: (error?: Error) => void): Promise<void> => {
    try {
      if (countTry(socket.conn) > admission.connectsMax) {
        throw new Problem('rate-limited', 'This connection has tried too often.');
      }
      Object.assign(socket.data, await identify(socket.handshake.auth, admission));
    } catch (error) {
      if (!(error instanceof Problem)) admission.log.warn({ err: error }, 'A socket could not be let in');
      next(connectError(error));
      // Socket.IO sends the problem on the next tick; what was sent goes out before the connection ends.
      setImmediate(() => socket.conn.close());
      return;
    }
    next();
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
  { authenticate, hasRoom }: Admission,
): Promise<SocketData> {
  const isToken = typeof token === 'string' && token.length <= TOKEN_CHARACTERS_MAX;
  const caller = isToken ? await authenticate(token) : null;
  if (caller === null)
    throw new Problem('unauthorized', 'Connect with `auth: { token }`: a key that is in use.');
  if (caller.kind === 'publishable' || !caller.scopes.has('events:read')) {
    throw new Problem('forbidden', 'The key may not read events: it needs the scope events:read.');
  }
  if (!hasRoom(caller.keyId)) {
    throw new Problem('rate-limited', 'The key has too many connections: close one first.');
  }
  return { caller, after: after === null ? null : decodeCursor(typeof after === 'string' ? after : '') };
}
