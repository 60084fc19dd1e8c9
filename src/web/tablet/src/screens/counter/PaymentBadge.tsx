// Whether the customer pays here, and how much where every price is known.
import { items } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/StatusBadge.tsx';
import { amountOf, isDue, linesThere } from './handOver.ts';
import { money } from './money.ts';

export function PaymentBadge({ order }: { order: OrderView }) {
  if (order.payment === null) return <Badge tone="plain" icon="alert" text={t('counter.payment.unknown')} />;
  if (!isDue(order)) return <Badge tone="good" icon="check" text={t('counter.payment.online')} />;
  const amount = dueOf(order);
  return (
    <Badge
      tone="warn"
      icon="alert"
      text={
        amount === null
          ? t('counter.payment.in_store')
          : t('counter.payment.amount', { amount: money(amount) })
      }
    />
  );
}

/** What all that is still there costs. */
function dueOf(order: OrderView): ReturnType<typeof amountOf> {
  const lines = linesThere(order).map(({ line, units }) => ({ sku: line.sku, quantity: units }));
  return amountOf(lines, items.value);
}
