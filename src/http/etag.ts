// Entity tags: strong ones made from versions, and the two preconditions that compare them.
// Knows headers only, nothing of what the tags stand for.
import { hash } from 'node:crypto';
import { Problem } from '../domain/problem.ts';

/** The tag of a resource at this version, e.g. `"v3"`. */
export function versionTag(version: number): string {
  return `"v${version}"`;
}

const BESIDE_CHARACTERS = 10;
const WITH_BESIDE = /"v(\d+)-[\w-]+"/g;

/**
 * The tag of a resource that shows, beside what its versions count, something that makes none: `"v3-…"`. Null: there is
 * nothing of that now, so the version's own.
 */
export function tagBeside(version: number, beside: unknown): string {
  if (beside === null) return versionTag(version);
  return `"v${version}-${hash('sha1', JSON.stringify(beside), 'base64url').slice(0, BESIDE_CHARACTERS)}"`;
}

/** The precondition of a write as to versions alone: what was shown beside one is nobody's change. */
export function versionsIn(header: string | undefined): string | undefined {
  return header?.replaceAll(WITH_BESIDE, '"v$1"');
}

/** True when If-None-Match names this tag: the client's copy is current (answer 304). Weak comparison. */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || tagsIn(ifNoneMatch).includes(opaque(etag));
}

/**
 * Refuses a write that was prepared against another version: 412 `precondition-failed`.
 * `etag` is the resource's tag now, read in the same transaction and under its lock; null when it does not exist.
 * Without an If-Match header there is nothing to check. A weak tag never matches (RFC 9110, 13.1.1).
 */
export function requireMatch(ifMatch: string | undefined, etag: string | null): void {
  if (ifMatch === undefined) return;
  const matches =
    etag !== null &&
    (ifMatch.trim() === '*' ||
      ifMatch
        .split(',')
        .map((tag) => tag.trim())
        .includes(etag));
  if (matches) return;
  const now = etag === null ? 'it does not exist' : `it is at ${etag}`;
  throw new Problem('precondition-failed', `If-Match asks for ${ifMatch}, but ${now}.`, {
    currentETag: etag,
  });
}

function tagsIn(header: string): string[] {
  return header.split(',').map((tag) => opaque(tag.trim()));
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
