// Waiting until what was done is sent: as long as it goes on, not without a network, and not for ever.
import { expect, jest, test } from '@jest/globals';
import { emptied } from '../../src/web/tablet/src/data/emptied.ts';

/** Two actions wait; `sendings` says what each sending leaves, the last one for all further ones. */
function outbox(...sendings: { left: number; isOnline: boolean }[]) {
  let now = { left: 2, isOnline: true };
  let sends = 0;
  return {
    left: () => now.left,
    isOnline: () => now.isOnline,
    sends: () => sends,
    async send() {
      now = sendings[Math.min(sends, sendings.length - 1)] ?? now;
      sends += 1;
    },
  };
}

test('where nothing waits nothing is sent', async () => {
  const box = { ...outbox(), left: () => 0 };
  expect(await emptied(box)).toBe(true);
  expect(box.sends()).toBe(0);
});

test('what is sent in parts is waited for to its end, also while the socket is not back', async () => {
  const box = outbox({ left: 1, isOnline: false }, { left: 0, isOnline: false });
  expect(await emptied(box)).toBe(true);
  expect(box.sends()).toBe(2);
});

test('without a network it is tried once', async () => {
  const box = outbox({ left: 2, isOnline: false });
  expect(await emptied(box)).toBe(false);
  expect(box.sends()).toBe(1);
});

test('what gets no decision is tried for a while, and then waited for no more', async () => {
  jest.useFakeTimers();
  const box = outbox({ left: 2, isOnline: true });
  const waited = emptied(box);
  await jest.runAllTimersAsync();
  jest.useRealTimers();
  expect(await waited).toBe(true);
  expect(box.sends()).toBe(6);
});
