// Kinds, scopes, secrets: which go together.
import { describe, expect, test } from '@jest/globals';
import { type Caller, mayGrant, mayUse } from '../../src/domain/caller.ts';
import { keyInputSchema, makeSecret, SCOPES, SECRET_BYTES } from '../../src/domain/key.ts';

const secretKey = { name: 'Server', kind: 'secret', scopes: ['stock:read'] };
const publishable = {
  name: 'Shop',
  kind: 'publishable',
  scopes: ['availability:read', 'reservations:write'],
};
const accepts = (input: unknown) => keyInputSchema.safeParse(input).success;

describe('a key', () => {
  test.each([
    ['secret, with every scope', { ...secretKey, scopes: SCOPES }],
    [
      'secret, limited to 500 locations',
      { ...secretKey, locations: Array.from({ length: 500 }, (_, at) => `L${at}`) },
    ],
    ['publishable, for any origin', publishable],
    [
      'publishable, for the shop’s origin',
      { ...publishable, origins: ['https://shop.example', 'http://localhost:5173'] },
    ],
    ['publishable, limited to a location', { ...publishable, locations: ['FR-LILLE-01'] }],
  ])('may be %s', (_, input) => {
    expect(accepts(input)).toBe(true);
  });

  test.each([
    ['a device’s: pairing makes these', { ...secretKey, kind: 'device' }],
    ['without a scope', { ...secretKey, scopes: [] }],
    ['with a scope twice', { ...secretKey, scopes: ['stock:read', 'stock:read'] }],
    ['with a scope nobody knows', { ...secretKey, scopes: ['stock:everything'] }],
    ['publishable with more than a browser may do', { ...publishable, scopes: ['stock:read'] }],
    [
      'secret with origins: it has no place in a browser',
      { ...secretKey, origins: ['https://shop.example'] },
    ],
    ['for an origin with a path', { ...publishable, origins: ['https://shop.example/'] }],
    ['for an origin with a star', { ...publishable, origins: ['https://*.shop.example'] }],
    ['for an origin of another scheme', { ...publishable, origins: ['file://'] }],
    ['limited to no location', { ...secretKey, locations: [] }],
    ['limited to a location twice', { ...secretKey, locations: ['A', 'A'] }],
    [
      'limited to 501 locations',
      { ...secretKey, locations: Array.from({ length: 501 }, (_, at) => `L${at}`) },
    ],
    ['without a name', { ...secretKey, name: '' }],
    ['with a name of 101 characters', { ...secretKey, name: 'x'.repeat(101) }],
  ])('may not be %s', (_, input) => {
    expect(accepts(input)).toBe(false);
  });
});

describe('a secret', () => {
  test('says what it is, and holds all of its 256 bits in letters and digits', () => {
    const none = new Uint8Array(SECRET_BYTES);
    const all = new Uint8Array(SECRET_BYTES).fill(255);
    expect(makeSecret('secret', none)).toMatch(/^ck_live_secret_0{43}$/);
    expect(makeSecret('publishable', all)).toMatch(/^ck_live_pub_[0-9A-Za-z]{43}$/);
    expect(makeSecret('device', all)).toMatch(/^ck_live_dev_[0-9A-Za-z]{43}$/);
    const last = all.with(SECRET_BYTES - 1, 254);
    expect(makeSecret('secret', last)).not.toBe(makeSecret('secret', all));
    const first = all.with(0, 127);
    expect(makeSecret('secret', first)).not.toBe(makeSecret('secret', all));
  });
});

describe('a caller', () => {
  const caller = (locations: string[] | null): Caller => ({
    keyId: 'key_x',
    name: 'x',
    kind: 'secret',
    scopes: new Set(['admin']),
    locations,
    origins: [],
    deviceId: null,
  });

  test('uses every location when it is limited to none, else only its own', () => {
    expect(mayUse(caller(null), 'A')).toBe(true);
    expect(mayUse(caller(['A']), 'A')).toBe(true);
    expect(mayUse(caller(['A']), 'B')).toBe(false);
  });

  test('hands on no more locations than it has', () => {
    expect(mayGrant(caller(null), null)).toBe(true);
    expect(mayGrant(caller(['A', 'B']), ['A'])).toBe(true);
    expect(mayGrant(caller(['A']), ['A', 'B'])).toBe(false);
    expect(mayGrant(caller(['A']), null)).toBe(false);
  });
});
