// Positions in the feed: what cursors keep, what they refuse, and when they have expired.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  boundary,
  decodeCursor,
  encodeCursor,
  includes,
  isExpired,
  type Position,
  parseSnapshot,
  type Snapshot,
  upToLast,
} from '../../src/domain/feedPosition.ts';
import { Problem } from '../../src/domain/problem.ts';

/** Snapshots of one history: transactions begin and end one by one. */
const history: fc.Arbitrary<Snapshot[]> = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 60 })
  .map((steps) => {
    const taken: Snapshot[] = [{ xmax: 700, running: [] }];
    for (const begins of steps) {
      const { xmax, running } = taken.at(-1) as Snapshot;
      taken.push(
        begins || running.length === 0
          ? { xmax: xmax + 1, running: [...running, xmax] }
          : { xmax, running: running.toSpliced((xmax * 7) % running.length, 1) },
      );
    }
    return taken;
  });

const position: fc.Arbitrary<Position> = fc
  .tuple(history, fc.nat(), fc.option(fc.tuple(fc.nat(), fc.nat())))
  .map(([taken, at, ids]) => {
    const seen = taken[at % taken.length] as Snapshot;
    const to = taken.at(-1) as Snapshot;
    const window = ids && { to, id: Math.min(...ids), top: Math.max(...ids) };
    return { epoch: '1-k3x9', seen, window };
  });

test('a cursor keeps its position', () => {
  fc.assert(fc.property(position, (at) => expect(decodeCursor(encodeCursor(at))).toEqual(at)));
});

test('a cursor is safe in a URL', () => {
  fc.assert(fc.property(position, (at) => expect(encodeCursor(at)).toMatch(/^[A-Za-z0-9_-]+$/)));
});

test('any text is a cursor or refused with invalid-cursor, never anything else', () => {
  const forged = fc.string().map((text) => Buffer.from(`1~1-k~${text}`).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), forged), (text) => {
      expect(['a position', 'invalid-cursor']).toContain(whatBecomesOf(text));
    }),
    { numRuns: 2_000 },
  );
});

function whatBecomesOf(cursor: string): unknown {
  try {
    decodeCursor(cursor);
    return 'a position';
  } catch (error) {
    return error instanceof Problem ? error.code : error;
  }
}

test.each([
  ['nothing', ''],
  ['another version', '2~1-k~a'],
  ['a running transaction above the highest', '1~1-k~a.0'],
  ['running transactions out of order', '1~1-k~a.1.2'],
  ['a window that ends before it begins', '1~1-k~b~a~1~1'],
  ['an id above the top', '1~1-k~a~b~2~1'],
  ['half a window', '1~1-k~a~b~2'],
  ['a number beyond what can be', '1~1-k~zzzzzzzzzzz'],
])('%s is refused', (_what, text) => {
  expect(() => decodeCursor(Buffer.from(text).toString('base64url'))).toThrow('not a cursor');
});

test('of two snapshots of one history the later includes the earlier', () => {
  fc.assert(
    fc.property(history, (taken) => {
      for (let at = 1; at < taken.length; at++) {
        expect(includes(taken[at] as Snapshot, taken[at - 1] as Snapshot)).toBe(true);
      }
    }),
  );
});

test('an earlier snapshot does not include a later one in which more had ended', () => {
  expect(includes({ xmax: 10, running: [8] }, { xmax: 10, running: [] })).toBe(false);
  expect(includes({ xmax: 10, running: [] }, { xmax: 11, running: [] })).toBe(false);
  expect(includes({ xmax: 12, running: [11] }, { xmax: 11, running: [] })).toBe(true);
});

test.each([
  ['10:10:', { xmax: 10, running: [] }],
  ['10:20:10,14,15', { xmax: 20, running: [10, 14, 15] }],
])('PostgreSQL’s %s is read', (text, snapshot) => {
  expect(parseSnapshot(text)).toEqual(snapshot);
});

test('a position does not count ids above the last transaction that told something', () => {
  expect(upToLast({ xmax: 20, running: [8, 12, 15] }, 13)).toEqual({ xmax: 14, running: [8, 12] });
});

const at = (xmax: number, ...running: number[]): Snapshot => ({ xmax, running });

test.each([
  ['nothing was removed', boundary('e', at(10)), { xid: 0, id: 0 }, false],
  ['all that was removed was seen', boundary('e', at(10)), { xid: 9, id: 50 }, false],
  ['the removal reached what was still running', boundary('e', at(10, 8)), { xid: 8, id: 50 }, true],
  ['the removal went beyond', boundary('e', at(10)), { xid: 10, id: 50 }, true],
  [
    'the removal is behind in the same window',
    { epoch: 'e', seen: at(0), window: { to: at(10), id: 50, top: 60 } },
    { xid: 9, id: 50 },
    false,
  ],
  [
    'the removal is ahead in the same window',
    { epoch: 'e', seen: at(0), window: { to: at(10), id: 49, top: 60 } },
    { xid: 9, id: 50 },
    true,
  ],
  [
    'the removal went beyond the window, although ids are lower there',
    { epoch: 'e', seen: at(0), window: { to: at(10), id: 55, top: 60 } },
    { xid: 11, id: 50 },
    true,
  ],
])('expiry: %s', (_what, from, purged, expired) => {
  expect(isExpired(from, purged)).toBe(expired);
});
