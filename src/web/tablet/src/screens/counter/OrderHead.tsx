// What staff have to see of an order at a glance: where the bag is, whose it is, whether it is paid.
import { now } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { dayTime, duration, t } from '../../i18n/index.ts';
import { Badge, StatusBadge } from '../../ui/StatusBadge.tsx';
import { shortName } from './findOrders.ts';
import { PaymentBadge } from './PaymentBadge.tsx';
import { isUnanswered } from './Unanswered.tsx';

export function OrderHead({ order }: { order: OrderView }) {
  // Of what is over nobody asks for money.
  const isOpen = order.status === 'confirmed' || order.status === 'picking' || order.status === 'ready';
  return (
    <header class="desk-head">
      <div class="desk-shelf">
        <span>{t('counter.shelf')}</span>
        <strong data-long={(order.shelf?.length ?? 0) > 4 ? '' : undefined}>
          {order.shelf ?? t('counter.noShelf')}
        </strong>
      </div>
      <div class="desk-who">
        <h1>{shortName(order) ?? t('counter.customer')}</h1>
        <p class="desk-reference">{order.orderReference}</p>
        <div class="desk-badges">
          {!isUnanswered(order) && <StatusBadge state={order.status} />}
          {order.pending.length > 0 && <StatusBadge state="waiting" />}
          {isOpen && <PaymentBadge order={order} />}
          {order.deliverTo !== null && <Badge tone="info" icon="truck" text={t('counter.dispatch.to')} />}
        </div>
        {order.status === 'ready' && <Deadline order={order} />}
      </div>
    </header>
  );
}

function Deadline({ order: { pickupDeadlineAt } }: { order: OrderView }) {
  if (pickupDeadlineAt === null) return null;
  const left = Date.parse(pickupDeadlineAt) - now.value;
  return (
    <p class="desk-soft">
      {left < 0
        ? t('counter.overdue', { time: duration(left) })
        : t('counter.deadline', { time: dayTime(pickupDeadlineAt) })}
    </p>
  );
}
