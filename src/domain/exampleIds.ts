// The ids that examples in the documents name and that the demo retailer has, so that each of them runs as it stands.
// Knows nothing of what is behind them: db/demo says that, and the routes what is done with it.
import type { Id, Prefix } from './id.ts';

const exampleId = <P extends Prefix>(prefix: P, last: string): Id<P> =>
  `${prefix}_01M805GM0VVZQWX59QYNSPH2${last}`;

/** Where examples of what uses a thing up have their own, away from the store of the tour. */
export const EXAMPLE_STORE = 'FR-TOULOUSE-01';

/** One for each move, in the state from which the move is made. */
export const EXAMPLE_RESERVATIONS = {
  confirm: exampleId('rsv', '01'),
  extend: exampleId('rsv', '02'),
  cancel: exampleId('rsv', '03'),
  start: exampleId('rsv', '04'),
  pick: exampleId('rsv', '05'),
  ready: exampleId('rsv', '06'),
  collect: exampleId('rsv', '07'),
  return: exampleId('rsv', '08'),
  putBack: exampleId('rsv', '09'),
  acknowledge: exampleId('rsv', '0A'),
  substitute: exampleId('rsv', '0B'),
  reopen: exampleId('rsv', '0C'),
  refuse: exampleId('rsv', '0D'),
} as const;

export const EXAMPLE_TRANSFERS = {
  ship: exampleId('trf', 'WS'),
  receive: exampleId('trf', 'WT'),
  cancel: exampleId('trf', 'WV'),
} as const;

export const EXAMPLE_BUFFERS = {
  read: exampleId('obj', 'B1'),
  percent: exampleId('obj', 'B2'),
  auto: exampleId('obj', 'B3'),
  remove: exampleId('obj', 'B4'),
} as const;

export const EXAMPLE_IMPORTS = { done: exampleId('imp', '11'), cancelled: exampleId('imp', '12') } as const;

export const EXAMPLE_WEBHOOKS = {
  use: exampleId('whk', 'K1'),
  remove: exampleId('whk', 'K2'),
  /** With the latest instant that an id can have: retention goes by it, and the log keeps this one. */
  delivery: 'obj_7ZZZZZZZZZVZQWX59QYNSPH2D1',
} as const;

export const EXAMPLE_KEYS = { revoke: exampleId('key', 'Y1'), device: exampleId('key', 'Y2') } as const;
export const EXAMPLE_DEVICES = { own: exampleId('dev', 'V1'), remove: exampleId('dev', 'V2') } as const;
export const EXAMPLE_STAFF = { change: exampleId('obj', 'F1'), remove: exampleId('obj', 'F2') } as const;
