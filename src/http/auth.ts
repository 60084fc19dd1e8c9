// Who calls and whether this route is for them: Bearer tokens, kinds, scopes, browsers' origins.
// Whose a resource is (another store's is a 404) is decided where it is read.
import type { Caller } from '../domain/caller.ts';
import type { KeyKind } from '../domain/key.ts';
import { Problem } from '../domain/problem.ts';
import type { AnyRoute } from './route.ts';

const REALM = 'Bearer realm="comptoir"';
const KINDS_DEFAULT: readonly KeyKind[] = ['secret', 'device'];

/** Who calls a public route without a key: somebody who may do nothing. */
export const NOBODY: Caller = {
  keyId: 'public',
  name: 'Anybody',
  kind: 'publishable',
  scopes: new Set(),
  locations: [],
  origins: [],
  deviceId: null,
};

/** A problem that names what would have been accepted, as RFC 6750 asks. */
export class Refused extends Problem {
  readonly challenge: string;

  constructor(code: 'unauthorized' | 'forbidden', detail: string, challenge: string) {
    super(code, detail);
    this.challenge = challenge;
  }
}

/** The token of an Authorization header; null without one. Throws `unauthorized` for another scheme. */
export function bearerToken(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  if (authorization.startsWith('Bearer ')) return authorization.slice(7).trim();
  const match = /^bearer +(\S+) *$/i.exec(authorization);
  if (match?.[1] !== undefined) return match[1];
  throw new Refused('unauthorized', 'Send the key as `Authorization: Bearer <key>`.', REALM);
}

export function missingKey(): Refused {
  return new Refused('unauthorized', 'This call needs a key: `Authorization: Bearer <key>`.', REALM);
}

export function unknownKey(): Refused {
  return new Refused('unauthorized', 'The key is unknown or was revoked.', `${REALM}, error="invalid_token"`);
}

/** Refuses a call that was ended because its key was revoked meanwhile, not by a client that left or a process that drains. */
export function requireKeyStill({ reason }: AbortSignal): void {
  if (reason instanceof Refused) throw reason;
}

/** Throws `forbidden` unless the caller's kind and one of its scopes are the route's. */
export function requireRight(route: AnyRoute, caller: Caller): void {
  if (route.scopes === 'public') return;
  if (!(route.kinds ?? KINDS_DEFAULT).includes(caller.kind)) {
    throw new Refused(
      'forbidden',
      `A ${caller.kind} key may not make this call.`,
      `${REALM}, error="insufficient_scope"`,
    );
  }
  if (route.scopes.some((scope) => caller.scopes.has(scope))) return;
  throw new Refused(
    'forbidden',
    `The key lacks the scope ${route.scopes.join(' or ')}.`,
    `${REALM}, error="insufficient_scope", scope="${route.scopes.join(' ')}"`,
  );
}
