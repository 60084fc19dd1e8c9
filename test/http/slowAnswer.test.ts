// Answers that take their time: at once if they can, else with blanks that keep the connection, and whole in the end.
import type { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Reply } from '../../src/http/route.ts';
import { answerWhenDone } from '../../src/http/slowAnswer.ts';

function streamOf({ stream }: Reply): Readable {
  if (stream === undefined) throw new Error('there is no stream');
  return stream;
}

test('work that is done in time is an answer like any other', async () => {
  expect(await answerWhenDone(Promise.resolve({ done: 1 }))).toEqual({ status: 200, body: { done: 1 } });
});

test('work that fails in time fails the request', async () => {
  await expect(answerWhenDone(Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('longer work is kept alive by blanks, and is JSON in the end', async () => {
  const { promise, resolve } = Promise.withResolvers<object>();
  let text = '';
  for await (const part of streamOf(await answerWhenDone(promise, 1))) {
    text += part;
    if (text.length >= 3) resolve({ done: 1 });
  }
  expect(text).toMatch(/^\n{3,}\{"done":1\}$/);
  expect(JSON.parse(text)).toEqual({ done: 1 });
});

test('longer work that fails breaks its answer off', async () => {
  const { promise, reject } = Promise.withResolvers<object>();
  const stream = streamOf(await answerWhenDone(promise, 1));
  const read = async () => {
    for await (const _ of stream) reject(new Error('the database is gone'));
  };
  await expect(read()).rejects.toThrow('the database is gone');
});
