// What reports of arrivals make of a line, and which state allows what.
import { describe, expect, test } from '@jest/globals';
import {
  assertTransferAllows,
  outstanding,
  receiveLine,
  TRANSFER_STATUSES,
  type TransferAction,
  type TransferLine,
} from '../../src/domain/transfer.ts';

function shipped(units: number, known: Partial<TransferLine> = {}): TransferLine {
  const none = { reserved: 0, received: 0, damaged: 0, lost: 0, atRisk: false };
  return { itemId: 1, sku: 'LAMP', quantity: units, shipped: units, ...none, ...known };
}

const as = (received: number | null, damaged: number | null = null, lost: number | null = null) => ({
  ...{ received, damaged, lost },
});

describe('a report of arrivals', () => {
  test.each([
    ['all of it', shipped(5), as(5), false, { good: 5, damaged: 0, inTransit: 5, found: 0, lost: 0 }, 0],
    ['a part', shipped(5), as(2), false, { good: 2, damaged: 0, inTransit: 2, found: 0, lost: 0 }, 3],
    ['more of it', shipped(5, { received: 2 }), as(3), false, { good: 1, inTransit: 1, lost: 0 }, 2],
    ['a broken one', shipped(5), as(3, 1), false, { good: 3, damaged: 1, inTransit: 4, found: 0 }, 1],
    ['more than was sent', shipped(5), as(7), false, { good: 7, inTransit: 5, found: 2 }, 0],
    ['a lost one', shipped(5), as(3, 0, 1), false, { good: 3, inTransit: 3, lost: 1 }, 1],
    ['the last of it', shipped(5), as(3, 1), true, { good: 3, damaged: 1, lost: 1 }, 0],
    ['that nothing came', shipped(5), as(null), true, { good: 0, inTransit: 0, lost: 5 }, 0],
    [
      'a lost one that turns up',
      shipped(5, { received: 3, lost: 2 }),
      as(4),
      false,
      { good: 1, found: 1 },
      0,
    ],
  ])('tells %s', (_, line, totals, complete, arrival, left) => {
    expect(receiveLine(line, totals, complete)).toMatchObject(arrival);
    expect(outstanding(line)).toBe(left);
  });

  test.each([
    ['fewer than were received', as(1)],
    ['fewer damaged ones', as(null, 0)],
    ['fewer lost ones', as(null, null, 0)],
    ['more lost ones than are on their way', as(null, null, 3)],
  ])('cannot tell of %s', (_, totals) => {
    const line = shipped(5, { received: 2, damaged: 1, lost: 1 });
    expect(() => receiveLine(line, totals, false)).toThrow(
      expect.objectContaining({ code: 'units-not-here' }),
    );
  });
});

test('states allow what their life allows', () => {
  const allowed = (action: TransferAction) =>
    TRANSFER_STATUSES.filter((status) => {
      try {
        assertTransferAllows({ status }, action);
        return true;
      } catch {
        return false;
      }
    });
  expect(allowed('ship')).toEqual(['created']);
  expect(allowed('cancel')).toEqual(['created']);
  expect(allowed('receive')).toEqual(['shipped', 'partly_received']);
});
