// Owns what is on its way in the demo: cushions from the northern warehouse to the store of the documents' examples.
// Their ids are fixed, so that each example of a move finds a transfer that it may move.

import { EXAMPLE_TRANSFERS } from '../../src/domain/exampleIds.ts';
import type { DemoTransfer } from './retailer.ts';
import { north } from './site.ts';

const cushions = (quantity: number) => [{ sku: 'COUSSIN-LIN-ECRU-45X45', quantity }];
const ends = { from: north, to: 'FR-LILLE-01' };

export const transfers: readonly DemoTransfer[] = [
  {
    ...ends,
    id: EXAMPLE_TRANSFERS.ship,
    lines: cushions(12),
    reference: 'BT-3101',
    reach: 'created',
  },
  {
    ...ends,
    id: EXAMPLE_TRANSFERS.receive,
    lines: cushions(6),
    reference: 'BT-3102',
    reach: 'shipped',
  },
  {
    ...ends,
    id: EXAMPLE_TRANSFERS.cancel,
    lines: cushions(4),
    reference: 'BT-3103',
    reach: 'created',
  },
];
