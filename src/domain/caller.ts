// Who is calling: what a key, once recognised, may do and where.
// Knows nothing of headers, secrets or tables.
import type { KeyKind, Scope } from './key.ts';

export type Caller = {
  /** `key_…`; `key_admin` for the key of the environment, which is not a row. */
  keyId: string;
  name: string;
  kind: KeyKind;
  scopes: ReadonlySet<Scope>;
  /** Codes of the locations it may see and change; null: all of them. */
  locations: readonly string[] | null;
  /** Web origins from which a browser may use it; empty: no browser, unless publishable (then: any). */
  origins: readonly string[];
  /** `dev_…` when the caller is a tablet. */
  deviceId: string | null;
};

/** True when the location is the caller's to see. Where it is not, the answer is a 404: it does not exist for it. */
export function mayUse(caller: Caller, locationCode: string): boolean {
  return caller.locations === null || caller.locations.includes(locationCode);
}

/** True when every location of `locations` (null: all) is the caller's: nobody hands on more than they have. */
export function mayGrant(caller: Caller, locations: readonly string[] | null): boolean {
  if (caller.locations === null) return true;
  return locations?.every((code) => mayUse(caller, code)) ?? false;
}
