// What is to be put back, and how far it is: units of orders that ended while they lay ready. Pure.
// The server knows orders only, done or not; units that were put back one by one are this tablet's to remember.
import type { Item, OrderLine, OrderView } from '../../data/model.ts';
import { stillWanted } from '../../data/projection.ts';
import { isSameBarcode } from '../../scan/wedge.ts';

/** Units that were put back so far, by order and sku. */
export type PutBackProgress = Readonly<Record<string, Readonly<Record<string, number>>>>;

export type PutBackOrder = Pick<OrderView, 'id' | 'status' | 'lines'>;
export type PutBackLine = { sku: string; units: number; done: number };

/** The lines of an order that lie on the shelf of what is ready, with how many units are back. */
export function putBackLines(order: PutBackOrder, progress: PutBackProgress): PutBackLine[] {
  return order.lines
    .map((line) => ({ sku: line.sku, units: unitsBack(order, line) }))
    .filter(({ units }) => units > 0)
    .map((line) => ({ ...line, done: Math.min(line.units, progress[order.id]?.[line.sku] ?? 0) }));
}

export function isAllBack(lines: readonly PutBackLine[]): boolean {
  return lines.every(({ units, done }) => done >= units);
}

/** Orders with units to put back, the longest waiting first: over, or refused in part and still ready for the rest. */
export function toPutBack(orders: Iterable<OrderView>): OrderView[] {
  return [...orders]
    .filter(({ putBackPending }) => putBackPending)
    .sort((a, b) => a.updatedAt.localeCompare(b.updatedAt));
}

/**
 * Orders whose units are counted: those on the list, and all that are ready. What was refused of an order and is back stays
 * in its `refused`; should the rest be to put back too, whoever forgot would look for those units again.
 */
export function idsCounted(orders: Iterable<Pick<OrderView, 'id' | 'status' | 'putBackPending'>>): string[] {
  return [...orders]
    .filter(({ status, putBackPending }) => putBackPending || status === 'ready')
    .map(({ id }) => id);
}

/** With `done` units of a line put back. */
export function withUnits(progress: PutBackProgress, id: string, sku: string, done: number): PutBackProgress {
  return { ...progress, [id]: { ...progress[id], [sku]: Math.max(0, done) } };
}

/** Of these orders alone. */
export function pruned(progress: PutBackProgress, counted: Iterable<string>): PutBackProgress {
  const left = new Set(counted);
  return Object.fromEntries(Object.entries(progress).filter(([id]) => left.has(id)));
}

/** What was kept, as far as it is what it should be. */
export function readProgress(text: string | null): PutBackProgress {
  try {
    const kept: unknown = JSON.parse(text ?? '{}');
    return Object.fromEntries(
      entriesOf(kept).map(([id, units]) => [
        id,
        Object.fromEntries(
          entriesOf(units).flatMap(([sku, done]) => (typeof done === 'number' ? [[sku, done]] : [])),
        ),
      ]),
    );
  } catch {
    return {};
  }
}

export type ScanResult =
  | { found: 'line'; id: string; sku: string; done: number }
  /** It belongs to the list, and all of it is back. */
  | { found: 'already'; sku: string }
  | { found: 'nothing' };

/**
 * What a scanned barcode (or sku) puts back: one unit of the first order that still has some. `preferred` is asked
 * first: the order in whose bag the scanner is.
 */
export function scanned(
  barcode: string,
  orders: readonly PutBackOrder[],
  items: ReadonlyMap<string, Pick<Item, 'barcodes'>>,
  progress: PutBackProgress,
  preferred: string | null = null,
): ScanResult {
  const inOrder = [...orders].sort((a, b) => Number(b.id === preferred) - Number(a.id === preferred));
  const matching = inOrder.flatMap((order) =>
    putBackLines(order, progress)
      .filter(
        ({ sku }) => sku === barcode || items.get(sku)?.barcodes.some((one) => isSameBarcode(one, barcode)),
      )
      .map((line) => ({ ...line, id: order.id })),
  );
  const open = matching.find(({ units, done }) => done < units);
  if (open !== undefined) return { found: 'line', id: open.id, sku: open.sku, done: open.done + 1 };
  const [other] = matching;
  return other === undefined ? { found: 'nothing' } : { found: 'already', sku: other.sku };
}

/** What was refused, and where the order is over all else that lay ready and went with nobody. */
function unitsBack({ status }: Pick<OrderView, 'status'>, line: OrderLine): number {
  const refused = line.refused ?? 0;
  const isOver = status === 'cancelled' || status === 'expired';
  return isOver ? refused + Math.min(line.picked, stillWanted(line)) : refused;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
