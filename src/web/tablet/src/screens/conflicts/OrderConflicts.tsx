// The refused actions of one order, on its own screen: nobody works on with a line that says less than the truth.
import type { OrderView } from '../../data/model.ts';
import { plural } from '../../i18n/index.ts';
import { ConflictCard } from './ConflictCard.tsx';
import { grouped } from './refusals.ts';

export function OrderConflicts({ order }: { order: Pick<OrderView, 'conflicts'> }) {
  if (order.conflicts.length === 0) return null;
  const label = plural('conflicts.inline', order.conflicts.length);
  return (
    <section class="conflicts-inline" aria-label={label}>
      {grouped(order.conflicts).map(({ conflict, heldBack }) => (
        <ConflictCard key={conflict.action.id} conflict={conflict} heldBack={heldBack} isOnOrder />
      ))}
    </section>
  );
}
