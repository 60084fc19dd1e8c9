// A transfer: units on their way from one location to another, its states, and what each report makes of its lines.
// Pure: the instant of a decision is an argument.
import { Problem } from './problem.ts';

export const TRANSFER_STATUSES = ['created', 'shipped', 'partly_received', 'received', 'cancelled'] as const;
export type TransferStatus = (typeof TRANSFER_STATUSES)[number];

/** The states in which units are still to be shipped or on their way. */
export const OPEN_TRANSFER_STATUSES = [
  'created',
  'shipped',
  'partly_received',
] as const satisfies readonly TransferStatus[];

/** Nothing travels for longer: what is expected later is a slip of the pen, and no promise can rest on it. */
export const EXPECTED_DAYS_MAX = 366;

/** From which states each call may move a transfer. */
const ALLOWED_FROM = {
  ship: ['created'],
  receive: ['shipped', 'partly_received'],
  cancel: ['created'],
} as const satisfies Record<string, readonly TransferStatus[]>;
export type TransferAction = keyof typeof ALLOWED_FROM;

export type TransferLine = {
  readonly itemId: number;
  readonly sku: string;
  readonly quantity: number;
  /** Units it holds at the source until they are shipped. */
  reserved: number;
  shipped: number;
  /** Arrived fit for sale; arrived and not; never arrived. `received` may be more than was shipped. */
  received: number;
  damaged: number;
  lost: number;
  /** On hand at the source no longer covers what the line reserves there and all that was reserved before it. */
  readonly atRisk: boolean;
};

export type Transfer = {
  readonly id: string;
  readonly fromId: number;
  readonly from: string;
  readonly toId: number;
  readonly to: string;
  readonly reference: string | null;
  readonly keyId: string;
  readonly createdAt: Date;
  readonly expectedAt: Date;
  status: TransferStatus;
  reason: string | null;
  /** The reservation at the destination that waits for it; null: it fills the shelves. */
  reservationId: string | null;
  /** True while that is a hold which nobody has confirmed: then nothing is shipped. */
  unconfirmed: boolean;
  shippedAt: Date | null;
  /** When nothing of it was on its way any more. */
  endedAt: Date | null;
  lateToldAt: Date | null;
  version: number;
  updatedAt: Date;
  lines: TransferLine[];
};

/** What a reservation shows of the transfer that feeds it. */
export type FeedingTransfer = Pick<Transfer, 'id' | 'from' | 'status' | 'expectedAt'> & { late: boolean };

export function feedingTransfer(transfer: Transfer): FeedingTransfer {
  const { id, from, status, expectedAt, lateToldAt } = transfer;
  return { id, from, status, expectedAt, late: lateToldAt !== null };
}

export function isShippable({ status, unconfirmed }: Pick<Transfer, 'status' | 'unconfirmed'>): boolean {
  return status === 'created' && !unconfirmed;
}

export function isOpenTransfer({ status }: Pick<Transfer, 'status'>): boolean {
  const open: readonly TransferStatus[] = OPEN_TRANSFER_STATUSES;
  return open.includes(status);
}

/** Refuses a call that the state does not allow: 409 `invalid-transition` with `from` and `allowed`. */
export function assertTransferAllows({ status }: Pick<Transfer, 'status'>, action: TransferAction): void {
  const from: readonly TransferStatus[] = ALLOWED_FROM[action];
  if (from.includes(status)) return;
  throw new Problem(
    'invalid-transition',
    `A transfer that is ${status} does not allow ${action}; it is allowed from ${from.join(', ')}.`,
    { from: status, allowed: actionsFrom(status) },
  );
}

const ACTIONS: readonly TransferAction[] = ['ship', 'receive', 'cancel'];

function actionsFrom(status: TransferStatus): TransferAction[] {
  return ACTIONS.filter((action) => {
    const from: readonly TransferStatus[] = ALLOWED_FROM[action];
    return from.includes(status);
  });
}

/** Units of a line that are on their way: what is `incoming` at the destination. */
export function outstanding(line: Pick<TransferLine, 'shipped' | 'received' | 'damaged' | 'lost'>): number {
  return Math.max(0, line.shipped - line.received - line.damaged - line.lost);
}

/** Units of a line that may still arrive. */
export function mayArrive(transfer: Pick<Transfer, 'status'>, line: TransferLine): number {
  return transfer.status === 'created' ? line.reserved : outstanding(line);
}

/** The line of `sku`, or 409 `unknown-line`. */
export function transferLineOf(transfer: Transfer, sku: string): TransferLine {
  const line = transfer.lines.find((candidate) => candidate.sku === sku);
  if (line === undefined) {
    throw new Problem('unknown-line', `Transfer ${transfer.id} has no line for ${sku}.`, { sku });
  }
  return line;
}

/** What arrived so far, in totals; null: as it was. */
export type ArrivedTotals = { received: number | null; damaged: number | null; lost: number | null };

/** What a report of arrivals adds to what was known, in units. */
export type Arrival = {
  /** Fit for sale: `inTransit` of them were expected, the rest was found on top. */
  good: number;
  damaged: number;
  /** Of good and damaged: units that were on their way. */
  inTransit: number;
  found: number;
  lost: number;
};

/**
 * What new totals add to a line, which is changed to hold them. Totals only ever rise (409 `units-not-here`): the same
 * report twice is one. `complete`: what is still missing then is lost.
 */
export function receiveLine(line: TransferLine, totals: ArrivedTotals, complete: boolean): Arrival {
  const good = (totals.received ?? line.received) - line.received;
  const damaged = (totals.damaged ?? line.damaged) - line.damaged;
  const saidLost = (totals.lost ?? line.lost) - line.lost;
  if (good < 0 || damaged < 0 || saidLost < 0) {
    const { sku, received, lost } = line;
    throw new Problem(
      'units-not-here',
      `${received} of ${sku} received, ${line.damaged} damaged and ${lost} lost are recorded: figures are totals and only rise.`,
      { sku, received, damaged: line.damaged, lost },
    );
  }
  const expected = outstanding(line);
  const inTransit = Math.min(good + damaged, expected);
  const rest = expected - inTransit;
  if (saidLost > rest) {
    throw new Problem(
      'units-not-here',
      `${rest} of ${line.sku} are still on their way: ${saidLost} more cannot be lost.`,
      { sku: line.sku, outstanding: rest },
    );
  }
  const lost = complete ? rest : saidLost;
  line.received += good;
  line.damaged += damaged;
  line.lost += lost;
  return { good, damaged, inTransit, found: good + damaged - inTransit, lost };
}

/** What events tell of a transfer. */
export function transferFacts(transfer: Transfer): Record<string, unknown> {
  const { id, status, from, to, reference, reservationId, expectedAt, shippedAt, endedAt, lateToldAt } =
    transfer;
  return {
    id,
    status,
    from,
    to,
    reference,
    reservationId,
    expectedAt,
    shippedAt,
    endedAt,
    late: lateToldAt !== null,
    shippable: isShippable(transfer),
    lines: transfer.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      shipped: line.shipped,
      received: line.received,
      damaged: line.damaged,
      lost: line.lost,
      outstanding: outstanding(line),
    })),
  };
}
