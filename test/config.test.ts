// The environment: what is accepted, what it becomes, and how mistakes are told.
import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig, VARIABLES } from '../src/config.ts';

function mistakes(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

test('an empty environment is a working one: the embedded database, on this machine only', () => {
  expect(readConfig({})).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    databaseUrl: null,
    dataDir: '.data',
    adminKey: null,
    demo: true,
    rateLimits: true,
  });
});

test('an external database is served to the network, unless HOST says otherwise', () => {
  const DATABASE_URL = 'postgres://comptoir@db/comptoir';
  expect(readConfig({ DATABASE_URL }).host).toBe('0.0.0.0');
  expect(readConfig({ DATABASE_URL, HOST: '::1' }).host).toBe('::1');
});

test('a configuration cannot be changed', () => {
  expect(Object.isFrozen(readConfig({}))).toBe(true);
});

test('a variable that is set to nothing is not set', () => {
  expect(readConfig({ PORT: '', COMPTOIR_DEMO: ' ' })).toEqual(readConfig({}));
});

describe('a wrong value is told by the name of its variable', () => {
  test.each([
    ['PORT', '65536'],
    ['PORT', '3000x'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'mysql://db'],
    ['COMPTOIR_ADMIN_KEY', 'short'],
    ['COMPTOIR_DEMO', 'yes'],
    ['COMPTOIR_RATE_LIMITS', '0'],
    ['COMPTOIR_LOG_LEVEL', 'loud'],
    ['COMPTOIR_DATABASE_CONNECTIONS', '1'],
    ['COMPTOIR_BODY_BYTES_MAX', '1e6'],
    ['COMPTOIR_RATELIMITS', 'off'],
  ])('%s=%s', (name, value) => {
    expect(mistakes({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });

  test('all of them at once, and never the value, which may be a secret', () => {
    const found = mistakes({ PORT: 'x', COMPTOIR_ADMIN_KEY: 'hunter2!', COMPTOIR_DEMO: 'maybe' });
    expect(found).toHaveLength(3);
    expect(found.join(' ')).not.toContain('hunter2');
  });
});

test('what callers of the API keep in their environment does not stop the server', () => {
  expect(mistakes({ COMPTOIR_KEY: 'ck_live_secret_x', COMPTOIR_URL: 'http://127.0.0.1:3000' })).toEqual([]);
});

test('every variable says what it is for and what it is when unset', () => {
  for (const variable of Object.values(VARIABLES)) {
    expect(variable.about).toMatch(/\.$/);
    expect(variable.shownDefault).not.toBe('');
  }
});
