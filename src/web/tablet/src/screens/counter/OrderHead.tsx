// What staff have to see of an order at a glance: where the bag is, whose it is, whether it is paid.
import { hrefTo } from '../../app/router.ts';
import { now } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { dayTime, duration, t } from '../../i18n/index.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { Badge, StatusBadge } from '../../ui/StatusBadge.tsx';
import { shortName } from './findOrders.ts';
import { PaymentBadge } from './PaymentBadge.tsx';

export function OrderHead({ order }: { order: OrderView }) {
  const canPrint = order.status === 'confirmed' || order.status === 'picking' || order.status === 'ready';
  return (
    <header class="order-head">
      <div class="order-shelf">
        <span>{t('counter.shelf')}</span>
        <strong data-long={(order.shelf?.length ?? 0) > 4 ? '' : undefined}>
          {order.shelf ?? t('counter.noShelf')}
        </strong>
      </div>
      <div class="order-who">
        <h1>{shortName(order) ?? t('counter.customer')}</h1>
        <p class="order-reference">{order.orderReference}</p>
        <div class="order-badges">
          <StatusBadge state={order.status} />
          {order.pending.length > 0 && <StatusBadge state="waiting" />}
          <PaymentBadge order={order} />
          {order.deliverTo !== null && <Badge tone="info" icon="truck" text={t('counter.dispatch.to')} />}
        </div>
        {order.status === 'ready' && <Deadline order={order} />}
      </div>
      {canPrint && (
        <ButtonLink href={hrefTo('print', 'label', order.id)} icon="printer">
          {t('counter.print')}
        </ButtonLink>
      )}
    </header>
  );
}

function Deadline({ order: { pickupDeadlineAt } }: { order: OrderView }) {
  if (pickupDeadlineAt === null) return null;
  const left = Date.parse(pickupDeadlineAt) - now.value;
  return (
    <p class="order-soft">
      {left < 0
        ? t('counter.overdue', { time: duration(left) })
        : t('counter.deadline', { time: dayTime(pickupDeadlineAt) })}
    </p>
  );
}
