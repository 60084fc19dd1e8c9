// Finding an order by what a customer says: a name, an order reference or the end of one. Pure.
import type { OrderView } from '../../data/model.ts';

/** Of what words find: whoever sees more types another letter. */
const FOUND_MAX = 20;

/** Ready ones first: they are what a customer at the counter comes for. Held ones are nobody's order yet. */
const RANKS: Record<OrderView['status'], number> = {
  ready: 0,
  picking: 1,
  confirmed: 2,
  collected: 3,
  cancelled: 4,
  expired: 5,
  held: 6,
};

/** Orders that `words` describe, each of its words somewhere in reference, name or shelf; all ready ones where it is empty. */
export function findOrders(orders: Iterable<OrderView>, words: string): OrderView[] {
  const wanted = plain(words).split(' ').filter(Boolean);
  const found = [...orders].filter((order) => {
    if (order.status === 'held') return false;
    if (wanted.length === 0) return order.status === 'ready';
    const text = plain([order.orderReference, order.customer?.name, order.shelf].filter(Boolean).join(' '));
    return wanted.every((word) => text.includes(word));
  });
  // Of what is ready none is left out: nobody would look for the ones that wait longest.
  return found.sort(byRank).slice(0, wanted.length === 0 ? undefined : FOUND_MAX);
}

/** The name as it may be seen by whoever passes: first name and initial; null without one. */
export function shortName({ customer, deliverTo }: Pick<OrderView, 'customer' | 'deliverTo'>): string | null {
  const name = customer?.name ?? deliverTo?.name ?? '';
  const [first, ...rest] = name.trim().split(/\s+/);
  const initial = rest.at(-1)?.[0];
  return first ? `${first}${initial === undefined ? '' : ` ${initial.toUpperCase()}.`}` : null;
}

function byRank(a: OrderView, b: OrderView): number {
  return RANKS[a.status] - RANKS[b.status] || b.updatedAt.localeCompare(a.updatedAt);
}

/** Without accents and case: what is typed in a hurry finds what was spelled with care. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
