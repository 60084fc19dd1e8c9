// What waits for one webhook is bounded, and by less where there are many: together they must fit into memory.
import { expect, test } from '@jest/globals';
import { FeedEvent } from '../../src/domain/feedEvent.ts';
import { boundary } from '../../src/domain/feedPosition.ts';
import { WEBHOOKS_MAX } from '../../src/domain/webhook.ts';
import { entriesMax, Flow } from '../../src/jobs/webhooks/flow.ts';

const seen = { xmax: 10, running: [] };
const event = (id: number) =>
  new FeedEvent(
    {
      ...{ id, type: 'stock.changed', occurredAt: new Date(), location: null },
      ...{ subject: `stock/${id}`, version: 1, data: '{}' },
    },
    { epoch: '1-a', seen, to: { xmax: 20, running: [] }, top: 5_000 },
  );

test('as many webhooks as there may be have no more waiting than twice what a hundred have', () => {
  expect(entriesMax(1)).toBe(1_000);
  expect(WEBHOOKS_MAX * entriesMax(WEBHOOKS_MAX)).toBeLessThanOrEqual(2 * 100 * entriesMax(100));
});

test('a webhook takes no more than its share, and reads on when half of that is done', () => {
  let webhooks = 1;
  const flow = new Flow(boundary('1-a', seen), new Date(), () => entriesMax(webhooks));
  for (let id = 1; !flow.isFull; id++) flow.add(event(id));
  const alone = drain(flow, () => flow.isEmpty);
  webhooks = WEBHOOKS_MAX;
  for (let id = 2_001; !flow.isFull; id++) flow.add(event(id));
  const shared = drain(flow, () => flow.hasRoom);
  expect([alone, shared]).toEqual([entriesMax(1), Math.floor(entriesMax(WEBHOOKS_MAX) / 2) + 1]);
});

function drain(flow: Flow, until: () => boolean): number {
  let done = 0;
  for (; !until(); done++) {
    const entry = flow.take();
    if (entry === null) throw new Error('nothing can be sent');
    flow.done(entry);
  }
  return done;
}
