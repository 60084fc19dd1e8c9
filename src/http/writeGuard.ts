// The preconditions of a PUT as something an operation can ask under its lock. Knows headers, not resources.
import { Problem } from '../domain/problem.ts';
import type { Guard } from '../domain/saved.ts';
import { isCurrent, requireMatch, versionsIn, versionTag } from './etag.ts';
import type { Call } from './route.ts';

/**
 * Refuses with `precondition-failed` when If-Match names another version than the one that is there, or If-None-Match
 * names the one that is (`*`: any, so that a PUT only creates).
 */
export function writeGuard(call: Pick<Call, 'header'>): Guard {
  const ifMatch = versionsIn(call.header('if-match'));
  const ifNoneMatch = versionsIn(call.header('if-none-match'));
  return (versionNow) => {
    const etag = versionNow === null ? null : versionTag(versionNow);
    requireMatch(ifMatch, etag);
    if (etag === null || !isCurrent(ifNoneMatch, etag)) return;
    throw new Problem('precondition-failed', `If-None-Match asks for ${ifNoneMatch}, but it is at ${etag}.`, {
      currentETag: etag,
    });
  };
}
