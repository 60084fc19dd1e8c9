// What a screen shows of an order: the server's word, and on top what was done here and has not been sent.
import { describe, expect, test } from '@jest/globals';
import type { Action, Order } from '../../src/web/tablet/src/data/model.ts';
import { afterAction, viewOf } from '../../src/web/tablet/src/data/projection.ts';
import { actionOf, lineOf, orderOf } from '../support/tabletOrders.ts';

const readyLine = lineOf({ picked: 2 });

describe('an action that waits shows as done', () => {
  const cases: [name: string, before: Partial<Order>, action: Action, after: Partial<Order>][] = [
    ['start', {}, actionOf('start', { staff: 'Amélie' }), { status: 'picking', takenBy: 'Amélie' }],
    [
      'taking over',
      { status: 'picking', takenBy: 'Bruno' },
      actionOf('start', { staff: 'Amélie', takeOver: true }),
      { status: 'picking', takenBy: 'Amélie' },
    ],
    [
      'picked',
      { status: 'picking' },
      actionOf('pick', { lines: [{ sku: 'TABLE', picked: 2 }] }),
      { lines: [readyLine] },
    ],
    [
      'missing',
      { status: 'picking' },
      actionOf('pick', { lines: [{ sku: 'TABLE', picked: 1, missing: 1, reason: 'damaged' }] }),
      { lines: [lineOf({ picked: 1, missing: 1, missingReason: 'damaged' })] },
    ],
    [
      'missing, where a till sold the rest',
      { status: 'picking', lines: [lineOf({ collected: 1 })] },
      actionOf('pick', { lines: [{ sku: 'TABLE', picked: 0, missing: 1, reason: 'not_found' }] }),
      { status: 'collected', lines: [lineOf({ missing: 1, missingReason: 'not_found', collected: 1 })] },
    ],
    [
      'all missing',
      { status: 'picking' },
      actionOf('pick', { lines: [{ sku: 'TABLE', picked: 0, missing: 2, reason: 'not_found' }] }),
      { status: 'picking' },
    ],
    [
      'collect what a till left',
      {
        status: 'ready',
        lines: [lineOf({ picked: 2, collected: 2 }), lineOf({ sku: 'LAMP', picked: 2 })],
      },
      actionOf('collect', { pickupCode: '123456', lines: [{ sku: 'LAMP', quantity: 2 }] }),
      { status: 'collected' },
    ],
    ['ready', { status: 'picking' }, actionOf('ready', { shelf: 'A3' }), { status: 'ready', shelf: 'A3' }],
    ['reopen', { status: 'ready' }, actionOf('reopen', {}), { status: 'picking' }],
    [
      'collect',
      { status: 'ready', lines: [readyLine] },
      actionOf('collect', { pickupCode: '123456' }),
      { status: 'collected', lines: [lineOf({ picked: 2, collected: 2 })] },
    ],
    [
      'collect in part',
      { status: 'ready', lines: [readyLine] },
      actionOf('collect', { pickupCode: '123456', lines: [{ sku: 'TABLE', quantity: 1 }] }),
      { status: 'ready', lines: [lineOf({ picked: 2, collected: 1 })] },
    ],
    [
      'collect what is not missing',
      { status: 'ready', lines: [lineOf({ picked: 1, missing: 1 })] },
      actionOf('collect', { pickupCode: '123456' }),
      { status: 'collected' },
    ],
    [
      'refuse all',
      { status: 'ready', lines: [readyLine] },
      actionOf('refuse', { reason: 'Scratched' }),
      { status: 'cancelled', putBackPending: true },
    ],
    [
      'refuse the rest',
      { status: 'ready', lines: [lineOf({ picked: 2, collected: 1 })] },
      actionOf('refuse', { reason: 'Scratched' }),
      { status: 'collected', putBackPending: true },
    ],
    ['cancel', { status: 'picking' }, actionOf('cancel', {}), { status: 'cancelled', putBackPending: false }],
    [
      'cancel ready',
      { status: 'ready' },
      actionOf('cancel', {}),
      { status: 'cancelled', putBackPending: true },
    ],
    [
      'put back',
      { status: 'cancelled', putBackPending: true },
      actionOf('putBack', {}),
      { putBackPending: false },
    ],
    [
      'return',
      { status: 'collected', lines: [lineOf({ picked: 2, collected: 2 })] },
      actionOf('return', { lines: [{ sku: 'TABLE', quantity: 1 }] }),
      { lines: [lineOf({ picked: 2, collected: 2, returned: 1 })] },
    ],
  ];
  test.each(cases)('%s', (_name, before, action, after) => {
    expect(afterAction(orderOf(before), action)).toMatchObject(after);
  });
});

test('a move that the state does not allow changes nothing: the server says what becomes of it', () => {
  const cancelled = orderOf({ status: 'cancelled' });
  const moves = [
    actionOf('start', {}),
    actionOf('pick', { lines: [{ sku: 'TABLE', picked: 2 }] }),
    actionOf('ready', {}),
    actionOf('collect', { pickupCode: '123456' }),
    actionOf('cancel', {}),
  ];
  for (const move of moves) expect(afterAction(cancelled, move)).toEqual(cancelled);
});

test('actions show in the order in which they were done, only their own order’s, and never a refused one', () => {
  const start = actionOf('start', { staff: 'Amélie' });
  const pick = actionOf('pick', { lines: [{ sku: 'TABLE', picked: 2 }] });
  const other = actionOf('cancel', {}, { subject: 'rsv_2' });
  const ready = actionOf('ready', { shelf: 'B1' }, { state: 'refused' });
  const view = viewOf(orderOf(), [ready, pick, other, start]);
  expect(view).toMatchObject({ status: 'picking', shelf: null, lines: [{ picked: 2 }] });
  expect(view.pending).toEqual(['start', 'pick']);
});
