// Which URLs and addresses a webhook may have.
import { describe, expect, test } from '@jest/globals';
import { checkTarget, isPublicAddress } from '../../src/operations/webhooks/checkTarget.ts';
import { GOOD_URLS, HOSTILE_URLS } from '../support/hostileUrls.ts';

test.each(HOSTILE_URLS)('%s is refused', (url) => {
  expect(() => checkTarget(url, false)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
});

test.each(GOOD_URLS)('%s is taken', (url) => {
  expect(() => checkTarget(url, false)).not.toThrow();
});

describe('for development', () => {
  test.each(['http://localhost:4000/', 'http://127.0.0.1:4000/hook', 'https://[::1]/', 'http://erp:80/'])(
    '%s is taken too',
    (url) => expect(() => checkTarget(url, true)).not.toThrow(),
  );
  test.each(['ftp://localhost/', 'http://user:secret@localhost/', 'localhost'])('%s is not', (url) => {
    expect(() => checkTarget(url, true)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});

test.each([
  ['8.8.8.8', true],
  ['2606:4700:4700::1111', true],
  ['2a01:4f8::1', true],
  ['127.0.0.1', false],
  ['::1', false],
  ['::ffff:8.8.8.8', false],
  ['fe80::1%eth0', false],
  ['', false],
  ['example.com', false],
])('the address %s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
