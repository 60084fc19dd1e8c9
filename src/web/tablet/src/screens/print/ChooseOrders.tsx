// Which orders are printed: a list to tick, with all and none.
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { shortName } from '../counter/findOrders.ts';

export function ChooseOrders({
  orders,
  chosen,
  onChoose,
}: {
  orders: readonly OrderView[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}) {
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return (
    <fieldset class="print-orders">
      <legend>{t('print.orders')}</legend>
      <div class="print-some">
        <Button onClick={() => onChoose(new Set(orders.map(({ id }) => id)))}>{t('print.all')}</Button>
        <Button onClick={() => onChoose(new Set())}>{t('print.noneChosen')}</Button>
      </div>
      <div class="print-list">
        {orders.map((order) => (
          <label key={order.id} class="print-order">
            <input type="checkbox" checked={chosen.has(order.id)} onChange={() => toggle(order.id)} />
            <span class="print-order-name">
              <strong>{shortName(order) ?? t('print.noCustomer')}</strong>
              <span>{order.orderReference}</span>
            </span>
            <StatusBadge state={order.status} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
