// How much a key, or an address without one, may ask for in a minute. In this process's memory: each process of
// several allows as much again. Headers follow draft-ietf-httpapi-ratelimit-headers-11.
import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../domain/problem.ts';

const WINDOW_SECONDS = 60;

export type RateLimits = {
  /** Spends a key's points. Returns the headers that tell what is left; throws `rate-limited`. */
  spendByKey(keyId: string, points: number): Promise<readonly string[]>;
  /** The same for a publishable key, which every shopper's browser shares: each address has points of its own. */
  spendByBrowser(keyId: string, address: string, points: number): Promise<readonly string[]>;
  /** The same on a route that needs no key: each such route has points of its own, for each address. */
  spendByVisitor(route: string, address: string, points: number): Promise<readonly string[]>;
  /** The same for a caller whose key is missing or unknown. */
  spendByAddress(address: string, points: number): Promise<readonly string[]>;
  /** Throws `rate-limited` when the address has nothing left, and spends nothing. */
  refuseSpentAddress(address: string): Promise<void>;
};

export type RateLimitOptions = {
  enabled: boolean;
  keyPointsPerMinute: number;
  addressPointsPerMinute: number;
};

export function makeRateLimits(options: RateLimitOptions): RateLimits {
  if (!options.enabled) {
    return {
      spendByKey: async () => NONE,
      spendByBrowser: async () => NONE,
      spendByVisitor: async () => NONE,
      spendByAddress: async () => NONE,
      refuseSpentAddress: async () => {},
    };
  }
  const keys = makeLimit('key', options.keyPointsPerMinute);
  const browsers = makeLimit('browser', options.addressPointsPerMinute);
  const visitors = makeLimit('visitor', options.addressPointsPerMinute);
  const addresses = makeLimit('address', options.addressPointsPerMinute);
  return {
    spendByKey: keys.spend,
    spendByBrowser: (keyId, address, points) => browsers.spend(`${keyId} ${network(address)}`, points),
    spendByVisitor: (route, address, points) => visitors.spend(`${route} ${network(address)}`, points),
    spendByAddress: (address, points) => addresses.spend(network(address), points),
    refuseSpentAddress: (address) => addresses.refuseSpent(network(address)),
  };
}

const NONE: readonly string[] = [];

function makeLimit(policy: string, pointsPerWindow: number) {
  const limiter = new RateLimiterMemory({ points: pointsPerWindow, duration: WINDOW_SECONDS, keyPrefix: '' });
  const policyHeader = `"${policy}";q=${pointsPerWindow};w=${WINDOW_SECONDS}`;
  const refuse = (spent: RateLimiterRes) => refusal(policy, policyHeader, pointsPerWindow, spent);
  return {
    async spend(who: string, points: number): Promise<readonly string[]> {
      if (points === 0) return NONE;
      try {
        return headers(policy, policyHeader, await limiter.consume(who, points));
      } catch (spent) {
        throw spent instanceof RateLimiterRes ? refuse(spent) : spent;
      }
    },
    async refuseSpent(who: string): Promise<void> {
      const state = await limiter.get(who);
      if (state !== null && state.msBeforeNext > 0 && state.remainingPoints === 0) throw refuse(state);
    },
  };
}

function headers(policy: string, policyHeader: string, left: RateLimiterRes): string[] {
  const seconds = Math.ceil(left.msBeforeNext / 1_000);
  return [
    'RateLimit-Policy',
    policyHeader,
    'RateLimit',
    `"${policy}";r=${left.remainingPoints};t=${seconds}`,
  ];
}

function refusal(policy: string, policyHeader: string, points: number, spent: RateLimiterRes): RateLimited {
  const seconds = Math.max(1, Math.ceil(spent.msBeforeNext / 1_000));
  return new RateLimited(
    `This ${policy} may spend ${points} points in ${WINDOW_SECONDS} seconds. Try again in ${seconds} s.`,
    seconds,
    headers(policy, policyHeader, spent),
  );
}

/** A `rate-limited` problem that brings its headers. */
export class RateLimited extends Problem {
  readonly headers: readonly string[];

  constructor(detail: string, retryAfterSeconds: number, headers: readonly string[]) {
    super('rate-limited', detail, { retryAfterSeconds });
    this.headers = headers;
  }
}

/** An IPv6 host commands its whole /64: what it may spend is counted for that, however the address is written. */
function network(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = Array<string>(tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)).fill(
    '0',
  );
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}

function groupsOf(text: string): string[] {
  return text
    .split(':')
    .filter(Boolean)
    .map((group) => Number.parseInt(group, 16).toString(16));
}
