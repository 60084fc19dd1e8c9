// Waiting leaves nothing behind on the signal that could have ended it.
import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { pause } from '../../src/jobs/pause.ts';

test('a pause that is over no longer listens', async () => {
  const { signal } = new AbortController();
  await pause(1, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a pause ends when it is told to, and does not begin after that', async () => {
  const closing = new AbortController();
  const long = pause(3_600_000, closing.signal);
  closing.abort();
  await expect(long).resolves.toBeUndefined();
  await expect(pause(3_600_000, closing.signal)).resolves.toBeUndefined();
});
