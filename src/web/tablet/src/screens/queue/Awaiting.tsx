// What an order waits for before anybody can start it: where it comes from, and when.
import type { OrderView } from '../../data/model.ts';
import { dayTime, t } from '../../i18n/index.ts';
import { isAwaiting } from './ringing.ts';

export function Awaiting({ order }: { order: OrderView }) {
  const transfer = order.transfer ?? null;
  if (transfer === null || !isAwaiting(order)) return null;
  return (
    <p class="order-awaiting">
      {t('queue.awaitingFrom', { location: transfer.from, time: dayTime(transfer.expectedAt) })}
    </p>
  );
}
