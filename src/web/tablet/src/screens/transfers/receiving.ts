// A transfer that is being unpacked: what was counted so far of each line, in totals, as the API takes them. Pure.
import type { ActionBodies } from '../../data/model.ts';

export type TransferLine = {
  sku: string;
  quantity: number;
  shipped: number;
  received: number;
  damaged: number;
  lost: number;
  outstanding: number;
  /** Not shipped yet, and there is not enough of it where it should leave. */
  atRisk: boolean;
};

/** A transfer as the API shows it. */
export type Transfer = {
  id: string;
  status: 'created' | 'shipped' | 'partly_received' | 'received' | 'cancelled';
  from: string;
  to: string;
  lines: TransferLine[];
  expectedAt: string;
  late: boolean;
  /** Not shipped yet, and may be: not while the order that waits for it is not confirmed. */
  shippable: boolean;
  reservationId: string | null;
  reference: string | null;
  version: number;
};

export type Figure = 'received' | 'damaged' | 'lost';
export type Counted = Record<Figure, number>;
/** By sku. A line that nobody touched is not there. */
export type Counting = Readonly<Record<string, Counted>>;

/** What is known of a line: what was counted here on top of what was told before. Totals only rise. */
export function countedOf(line: TransferLine, counting: Counting): Counted {
  const now = counting[line.sku];
  return {
    received: Math.max(line.received, now?.received ?? 0),
    damaged: Math.max(line.damaged, now?.damaged ?? 0),
    lost: Math.max(line.lost, now?.lost ?? 0),
  };
}

/** Units of a line that nobody has accounted for yet. */
export function stillToCome(line: TransferLine, counting: Counting): number {
  const { received, damaged, lost } = countedOf(line, counting);
  return Math.max(0, line.shipped - received - damaged - lost);
}

/** Sets one figure of a line; never below what was told before. */
export function withFigure(counting: Counting, line: TransferLine, figure: Figure, units: number): Counting {
  const before = countedOf(line, counting);
  return { ...counting, [line.sku]: { ...before, [figure]: Math.max(line[figure], units) } };
}

/** All that is still to come of a line has arrived, fit for sale. */
export function withAll(counting: Counting, line: TransferLine): Counting {
  const { received } = countedOf(line, counting);
  return withFigure(counting, line, 'received', received + stillToCome(line, counting));
}

/** The body that tells it: the lines that differ from what was told. Null: there is nothing to tell. */
export function reportOf(
  { lines }: Pick<Transfer, 'lines'>,
  counting: Counting,
  complete: boolean,
): ActionBodies['receiveTransfer'] | null {
  const told = lines
    .map((line) => ({ line, counted: countedOf(line, counting) }))
    .filter(({ line, counted }) => isMore(line, counted))
    .map(({ line, counted }) => ({ sku: line.sku, ...counted }));
  if (told.length === 0 && !complete) return null;
  return { lines: told, ...(complete ? { complete } : {}) };
}

/** What the transfer will be when the server has taken the report: what is missing of a complete one is lost. */
export function afterReport(transfer: Transfer, counting: Counting, complete: boolean): Transfer {
  const lines = transfer.lines.map((line) => {
    const counted = countedOf(line, counting);
    const open = stillToCome(line, counting);
    return {
      ...line,
      ...counted,
      lost: counted.lost + (complete ? open : 0),
      outstanding: complete ? 0 : open,
    };
  });
  const isOver = complete || lines.every(({ outstanding }) => outstanding === 0);
  return { ...transfer, lines, status: isOver ? 'received' : 'partly_received' };
}

export function unitsOf(lines: readonly TransferLine[], figure: Figure | 'shipped' | 'quantity'): number {
  return lines.reduce((sum, line) => sum + line[figure], 0);
}

function isMore(line: TransferLine, counted: Counted): boolean {
  return (['received', 'damaged', 'lost'] as const).some((figure) => counted[figure] > line[figure]);
}
