// What the log may hold: enough to find a cause, and nothing about a person or a secret.
import { describe, expect, test } from '@jest/globals';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { logRequest } from '../src/http/requestLog.ts';
import { makeLogTo } from '../src/log.ts';

function logged(write: (log: ReturnType<typeof makeLogTo>) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(makeLogTo({ write: (line) => lines.push(line) }));
  return JSON.parse(lines[0] ?? 'null');
}

test('a line is JSON with a level in words and an instant', () => {
  const line = logged((log) => log.warn({ part: 'feed' }, 'late'));
  expect(line).toMatchObject({ level: 'warn', part: 'feed', msg: 'late' });
  expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test.each([
  { keyId: 'key_01', problem: undefined },
  { keyId: undefined, problem: 'not-found' },
])('the line of a request is the one that pino would write: %j', (change) => {
  const line = { requestId: 'a/b+c=:.-_', route: 'GET /v1/items/{sku}', status: 404, ms: 0.07, ...change };
  const { time, ...written } = logged((log) => logRequest(log, line));
  const { time: other, ...byPino } = logged((log) => log.info(line, 'request'));
  expect(Object.entries(written)).toEqual(Object.entries(byPino));
  expect([time, other]).toEqual([expect.stringMatching(/^\d{4}-.*Z$/), expect.stringMatching(/^\d{4}-.*Z$/)]);
});

test('a request makes no line where the level is higher', () => {
  const lines: string[] = [];
  const log = makeLogTo({ write: (line) => lines.push(line) }, 'warn');
  logRequest(log, {
    requestId: 'r',
    route: 'GET /',
    status: 200,
    ms: 1,
    keyId: undefined,
    problem: undefined,
  });
  expect(lines).toEqual([]);
});

describe('what must not be readable is not', () => {
  test.each(['authorization', 'token', 'secret', 'password', 'customer', 'email', 'phone', 'name', 'body'])(
    '%s, at the top or one level down',
    (field) => {
      const text = JSON.stringify(
        logged((log) => log.info({ [field]: 'SECRET', deep: { [field]: 'SECRET' }, other: 1 })),
      );
      expect(text).not.toContain('SECRET');
      expect(text).toContain('"other":1');
    },
  );

  test('and what was logged is not changed by it', () => {
    const fields = { token: 'SECRET', deep: { email: 'a@b' } };
    logged((log) => log.info(fields));
    expect(fields).toEqual({ token: 'SECRET', deep: { email: 'a@b' } });
  });
});

describe('an error', () => {
  test('is told by its type, message and place', () => {
    const { err } = logged((log) => log.error({ err: new RangeError('too far') }, 'failed'));
    expect(err).toMatchObject({
      type: 'RangeError',
      message: 'too far',
      at: expect.arrayContaining([expect.stringContaining('log.test.ts')]),
    });
  });

  test('of the database is told by code and constraint, without the values that it quotes', () => {
    const cause = new pg.DatabaseError(
      'duplicate key value violates unique constraint "x_key"',
      100,
      'error',
    );
    Object.assign(cause, {
      code: '23505',
      constraint: 'x_key',
      detail: 'Key (email)=(a@b.fr) already exists.',
    });
    const wrapped = new DrizzleQueryError('insert into x values ($1)', ['a@b.fr'], cause);
    const { err } = logged((log) => log.error({ err: wrapped }, 'failed'));
    expect(err).toMatchObject({ code: '23505', constraint: 'x_key' });
    expect(JSON.stringify(err)).not.toContain('a@b.fr');
  });

  test('of a value that PostgreSQL could not read does not quote it', () => {
    const error = new pg.DatabaseError('invalid input syntax for type integer: "a@b.fr"', 100, 'error');
    Object.assign(error, { code: '22P02' });
    const { err } = logged((log) => log.error({ err: error }, 'failed'));
    expect(err).toMatchObject({ code: '22P02', message: 'a statement failed' });
  });

  test('of a statement that never reached the database holds no parameters either', async () => {
    const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:9/none' });
    const error = await drizzle(pool)
      .execute('select 1')
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    await pool.end();
    const { err } = logged((log) => log.error({ err: error }, 'failed'));
    expect(err).toMatchObject({ code: 'ECONNREFUSED' });
    expect(JSON.stringify(err)).not.toContain('Failed query');
  });
});
