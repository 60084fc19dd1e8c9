// Which cards are shown for what was typed or scanned into the queue's search. Pure.
import type { Item, OrderView, Queue } from '../../data/model.ts';
import { isSameBarcode } from '../../scan/wedge.ts';

type Items = ReadonlyMap<string, Pick<Item, 'barcodes' | 'name'>>;

/** The queue with only the orders that each of the words describes: reference, name, shelf, who has it, an article of it. */
export function filtered(queue: Queue, words: string, items: Items): Queue {
  const wanted = plain(words).split(' ').filter(Boolean);
  if (wanted.length === 0) return queue;
  const matching = (orders: readonly OrderView[]) =>
    orders.filter((order) => {
      const text = textOf(order, items);
      return wanted.every((word) => text.includes(word));
    });
  return {
    new: matching(queue.new),
    picking: matching(queue.picking),
    ready: matching(queue.ready),
    late: matching(queue.late),
    putBack: matching(queue.putBack),
  };
}

/** The orders that a scanned code is about: an order reference, or a barcode of one of its articles. */
export function ordersOfScan(orders: Iterable<OrderView>, code: string, items: Items): OrderView[] {
  const all = [...orders];
  const named = all.filter(({ orderReference, id }) => orderReference === code || id === code);
  if (named.length > 0) return named;
  return all.filter(({ lines }) =>
    lines.some(
      ({ sku }) => sku === code || items.get(sku)?.barcodes.some((barcode) => isSameBarcode(barcode, code)),
    ),
  );
}

function textOf(order: OrderView, items: Items): string {
  const names = order.lines.flatMap(({ sku }) => {
    const item = items.get(sku);
    return [sku, item?.name.fr, item?.name.en, ...(item?.barcodes ?? [])];
  });
  const told = [order.orderReference, order.customer?.name, order.shelf, order.takenBy, ...names];
  return plain(told.filter(Boolean).join(' '));
}

/** Without accents and case: what is typed with gloves finds what was spelled with care. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
