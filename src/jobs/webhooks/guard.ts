// Connects to public addresses only. The check is in the connecting itself, on the very addresses that are used, so a
// name that resolves to something else between two looks gains nothing. Knows nothing of HTTP.
import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { addressIn, isPublicAddress } from '../../operations/webhooks/checkTarget.ts';

/** The target is not on the public Internet. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** The addresses of a name; rejects with a resolver's error when it has none. */
export type Resolve = (hostname: string) => Promise<string[]>;

export type GuardOptions = {
  connectMilliseconds: number;
  /** Development: any address, resolved as the machine does (its hosts file too). */
  allowsLocal: boolean;
  /** Instead of DNS: for tests. */
  resolve?: Resolve | undefined;
};

const RESOLVE_MILLISECONDS = 2_000;
const RESOLVE_TRIES = 2;

/** What undici opens its connections with. */
export function guardedConnector(options: GuardOptions): buildConnector.connector {
  const { connectMilliseconds: timeout, allowsLocal, resolve } = options;
  if (allowsLocal && resolve === undefined) return buildConnector({ timeout, allowH2: false });
  const lookup = guardedLookup(resolve ?? resolverOf(), allowsLocal);
  // `lookup` is net.connect's option: undici hands it on, and its types leave it out.
  const connecting = { timeout, allowH2: false, lookup };
  const connect = buildConnector(connecting);
  return (target, callback) => {
    // An address is connected to without a lookup. Plain http can only be left from when it was allowed.
    const address = addressIn(target.hostname);
    const isRefused = target.protocol !== 'https:' || (address !== null && !isPublicAddress(address));
    if (isRefused && !allowsLocal) {
      callback(refusal(target.hostname), null);
      return;
    }
    connect(target, callback);
  };
}

/** Not the system's getaddrinfo: its few threads are everybody's, and one slow name server would hold them all. */
function resolverOf(): Resolve {
  const resolver = new Resolver({ timeout: RESOLVE_MILLISECONDS, tries: RESOLVE_TRIES });
  return async (hostname) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  };
}

function guardedLookup(resolve: Resolve, allowsLocal: boolean): LookupFunction {
  async function judged(hostname: string): Promise<string[]> {
    const addresses = await resolve(hostname);
    if (addresses.length === 0) throw notFound(hostname);
    // One that is not public is enough: who mixes them in means no good, or has made a mistake.
    if (!allowsLocal && !addresses.every(isPublicAddress)) throw refusal(hostname);
    return addresses;
  }
  return (hostname, { all }, answer) => {
    judged(hostname).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        if (all) answer(null, found);
        else answer(null, found[0]?.address ?? '', found[0]?.family);
      },
      (error: unknown) => answer(error instanceof Error ? error : notFound(hostname), ''),
    );
  };
}

function refusal(hostname: string): AddressRefused {
  return new AddressRefused(`${hostname} is not on the public Internet`);
}

function notFound(hostname: string): Error {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
}
