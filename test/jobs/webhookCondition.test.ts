// How much a receiver is given at a time, by how quickly it answers: what does not answer must not take others' room.
import { expect, test } from '@jest/globals';
import { WEBHOOKS_MAX } from '../../src/domain/webhook.ts';
import { Condition } from '../../src/jobs/webhooks/condition.ts';
import { REQUESTS_MAX } from '../../src/jobs/webhooks/runner.ts';

const fresh = () => new Condition({ failures: 0, failingSince: null, probeAt: null });

test('as many receivers as there may be, none of which has answered yet, leave room for another', () => {
  expect(WEBHOOKS_MAX * fresh().lanes).toBeLessThan(REQUESTS_MAX);
});

test('a quick one has all of its lanes after a few answers, and loses them when it gets slow', () => {
  const condition = fresh();
  for (let answers = 0; answers < 5; answers++) condition.answered(5);
  expect(condition.lanes).toBe(8);
  for (let answers = 0; answers < 2; answers++) condition.answered(10_000);
  expect(condition.lanes).toBe(2);
});
