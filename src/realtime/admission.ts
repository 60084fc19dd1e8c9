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
  log: Logger;
};

/** A Socket.IO middleware. The client of a refused socket gets the problem as its error's `data`. */
export function admit(admission: Admission) {
  return async (socket: LiveSocket, next: (error?: Error) => void): Promise<void> => {
    try {
      Object.assign(socket.data, await identify(socket.handshake.auth, admission));
    } catch (error) {
      if (!(error instanceof Problem)) admission.log.warn({ err: error }, 'A socket could not be let in');
      next(connectError(error));
      return;
    }
    next();
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
