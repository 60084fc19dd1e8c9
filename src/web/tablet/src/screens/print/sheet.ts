// What a slip and a label say of an order. Pure.
// Both lie where strangers walk: a first name and an initial, and nothing that lets anybody collect. The tablet of the
// store does not even know the pickup code.
import type { Item, OrderView } from '../../data/model.ts';
import { stillWanted } from '../../data/projection.ts';
import { shortName } from '../counter/findOrders.ts';
import { storeQr } from '../counter/orderCode.ts';
import { unitsLeft } from '../pick/pickState.ts';

export const KINDS = ['slip', 'label'] as const;
export type Kind = (typeof KINDS)[number];

export type SheetLine = { sku: string; aisle: string | null; quantity: number; isPicked: boolean };

export type Sheet = {
  id: string;
  /** The shop's order reference; the end of our id where there is none. */
  reference: string;
  customer: string | null;
  promisedAt: string | null;
  shelf: string | null;
  staff: string | null;
  payment: 'online' | 'in_store' | null;
  /** Where it is sent; null: it is collected here. */
  deliveryCity: string | null;
  /** By aisle: the way a person walks. */
  lines: SheetLine[];
  units: number;
  qr: string;
};

export function sheetOf(order: OrderView, items: ReadonlyMap<string, Pick<Item, 'aisle'>>): Sheet {
  const lines = order.lines
    .map((line) => ({
      sku: line.sku,
      aisle: line.aisle ?? items.get(line.sku)?.aisle ?? null,
      quantity: stillWanted(line),
      isPicked: line.picked > 0 && unitsLeft(line) === 0,
    }))
    .filter(({ quantity }) => quantity > 0)
    .sort(byAisle);
  return {
    id: order.id,
    reference: order.orderReference ?? order.id.slice(-8),
    customer: shortName(order),
    promisedAt: order.promise?.readyAt ?? null,
    shelf: order.shelf,
    staff: order.takenBy,
    payment: order.payment,
    deliveryCity: order.deliverTo === null ? null : (order.deliverTo.city ?? ''),
    lines,
    units: lines.reduce((total, { quantity }) => total + quantity, 0),
    qr: storeQr(order.id),
  };
}

/**
 * Orders that a slip or a label may be wanted for: what is still to leave the store, the most urgent first, after those
 * that were asked for.
 */
export function printable(orders: Iterable<OrderView>, asked: readonly string[] = []): OrderView[] {
  const isAsked = ({ id }: OrderView) => Number(asked.includes(id));
  return [...orders]
    .filter(({ status }) => status === 'confirmed' || status === 'picking' || status === 'ready')
    .sort(
      (a, b) =>
        isAsked(b) - isAsked(a) || due(a).localeCompare(due(b)) || a.createdAt.localeCompare(b.createdAt),
    );
}

/** What the address asks for: `#/print/label/rsv_1,rsv_2`. No ids: nothing is chosen yet. */
export function askedFor(params: readonly string[]): { kind: Kind; ids: readonly string[] } {
  const [kind = '', ids = ''] = params;
  return { kind: kind === 'label' ? 'label' : 'slip', ids: ids.split(',').filter(Boolean) };
}

/**
 * The pages of labels on an endless roll: each as long as its content, so that nothing is cut and no paper wasted.
 * `heights` in CSS pixels (96 to an inch), one a label.
 */
export function rollPages(heights: readonly number[]): string {
  return heights
    .map((height, place) => {
      const millimetres = Math.max(LABEL_MILLIMETRES.shortest, Math.ceil((height * 25.4) / 96));
      return `@page label-${place} { size: ${LABEL_MILLIMETRES.width}mm ${millimetres}mm; margin: 0; }`;
    })
    .join('\n');
}

/** The roll, and the shortest piece that printers cut. */
export const LABEL_MILLIMETRES = { width: 62, shortest: 25 } as const;

/** A QR code's dark squares as one path on a grid of its own. `isDark` row by row. */
export function qrPath(size: number, isDark: (row: number, column: number) => boolean): string {
  const parts: string[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (!isDark(row, column)) continue;
      const start = column;
      while (column + 1 < size && isDark(row, column + 1)) column += 1;
      parts.push(`M${start} ${row}h${column - start + 1}v1h-${column - start + 1}z`);
    }
  }
  return parts.join('');
}

function due({ promise }: Pick<OrderView, 'promise'>): string {
  return promise?.readyAt ?? '9999';
}

/** Aisles as people read them: A2 before A10; articles that nobody has placed at the end. */
function byAisle(a: SheetLine, b: SheetLine): number {
  if (a.aisle === null || b.aisle === null) return Number(a.aisle === null) - Number(b.aisle === null);
  return a.aisle.localeCompare(b.aisle, 'fr', { numeric: true }) || a.sku.localeCompare(b.sku);
}
