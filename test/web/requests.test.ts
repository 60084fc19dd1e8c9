// What an action sends: always the same for one action, under its own key.
import { expect, test } from '@jest/globals';
import { asProblem, nextRequest, refusalIn } from '../../src/web/tablet/src/data/requests.ts';
import { actionOf } from '../support/tabletOrders.ts';

test('a move is one call, with the action’s id as its key and when it was done', () => {
  const action = actionOf('putBack', {});
  const request = nextRequest(action, []);
  expect(request).toEqual({
    path: '/v1/reservations/rsv_1/put-back',
    key: action.id,
    body: { occurredAt: action.at },
  });
  expect(nextRequest(action, [])).toEqual(request);
  expect(nextRequest(action, [{}])).toBeNull();
});

test('a sale is a hold and its confirmation, each with a key of its own', () => {
  const place = { location: 'LYON', lines: [{ sku: 'TABLE', quantity: 1 }] };
  const action = actionOf('sell', { place, confirm: { orderReference: 'S-1' } });
  expect(nextRequest(action, [])).toMatchObject({ path: '/v1/reservations', key: action.id, body: place });
  expect(nextRequest(action, [{ id: 'rsv_9' }])).toMatchObject({
    path: '/v1/reservations/rsv_9/confirm',
    key: `${action.id}-confirm`,
    body: { orderReference: 'S-1' },
  });
  expect(nextRequest(action, [{ id: 'rsv_9' }, {}])).toBeNull();
});

test('a count says when it was made; one that was rejected is a refusal although its call succeeded', () => {
  const action = actionOf('count', { sku: 'TABLE', onHand: 4, expected: 5 }, { subject: 'stock/TABLE' });
  expect(nextRequest(action, [])).toMatchObject({
    path: '/v1/stock/counts',
    body: {
      counts: [
        { eventId: action.id, sku: 'TABLE', location: 'LILLE', onHand: 4, expected: 5, countedAt: action.at },
      ],
    },
  });
  const problem = { code: 'stale-count', title: 'Stale', status: 409, detail: 'It is 3.' };
  expect(refusalIn(action, { outcomes: [{ outcome: 'rejected', problem }] })).toMatchObject(problem);
  expect(refusalIn(action, { outcomes: [{ outcome: 'applied' }] })).toBeNull();
});

test('a refusal without a code or a title still has both', () => {
  expect(asProblem({ status: 502 })).toMatchObject({ status: 502, code: 'internal-error' });
});
