// What this store sold lately that other places serve: the ticket once more, for whoever lost theirs. Read and not kept:
// codes that let somebody collect do not stay on the tablet.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hrefTo } from '../../app/router.ts';
import { device, online, read } from '../../data/index.ts';
import type { Order } from '../../data/model.ts';
import { dayTime, plural, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { shortName } from '../counter/findOrders.ts';
import { Ticket } from './Ticket.tsx';

const SHOWN_MAX = 20;

export function SoldHere() {
  const sold = useSignal<readonly Order[]>([]);
  const isOnline = online.value;
  useEffect(() => {
    let isWanted = true;
    const code = encodeURIComponent(device.value?.location.code ?? '');
    void read<{ data: Order[] }>(`/v1/reservations?soldAt=${code}&limit=${SHOWN_MAX}`).then((answer) => {
      // A hold that was never confirmed is no sale.
      if (isWanted && answer.ok) sold.value = answer.value.data.filter(isSale);
    });
    return () => {
      isWanted = false;
    };
  }, [isOnline]);
  if (sold.value.length === 0) return null;
  return (
    <section class="sold-here">
      <h2>{t('sell.lately')}</h2>
      <ul class="transfer-list">
        {sold.value.map((order) => (
          <li key={order.id}>
            <a class="item-row" href={`${hrefTo('sell')}?ticket=${order.id}`} data-sold={order.id}>
              <Icon name="printer" />
              <span class="item-words">
                <strong>{shortName(order) ?? t('queue.customer')}</strong>
                <span class="stock-soft">
                  {[order.orderReference, plural('unit.units', unitsOf(order)), dayTime(order.createdAt)]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
                <span class="order-marks">
                  <StatusBadge state={order.status} />
                </span>
              </span>
              <Icon name="arrow" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `#/sell?ticket=rsv_…` */
export function TicketAgain({ id }: { id: string }) {
  const found = useSignal<Order | 'reading' | 'none'>('reading');
  useEffect(() => {
    let isWanted = true;
    void read<Order>(`/v1/reservations/${encodeURIComponent(id)}`).then((answer) => {
      if (isWanted) found.value = answer.ok ? answer.value : 'none';
    });
    return () => {
      isWanted = false;
    };
  }, [id]);
  return (
    <>
      <div class="stock-actions sale-actions">
        <ButtonLink icon="back" href={hrefTo('sell')}>
          {t('sell.title')}
        </ButtonLink>
      </div>
      {found.value === 'reading' && <p role="status">{t('app.loading')}</p>}
      {found.value === 'none' && <EmptyState isPage icon="cloudOff" text={t('stock.noAnswer')} />}
      {typeof found.value === 'object' && <TicketWithButton order={found.value} />}
    </>
  );
}

function TicketWithButton({ order }: { order: Order }) {
  return (
    <>
      <h1 class="visually-hidden">{t('sell.ticket')}</h1>
      <div class="sale-ticket">
        <Ticket order={order} />
      </div>
      <div class="stock-actions sale-actions">
        <Button look="main" icon="printer" onClick={() => print()}>
          {t('sell.print')}
        </Button>
      </div>
    </>
  );
}

function isSale({ status }: Order): boolean {
  return status !== 'held' && status !== 'expired';
}

function unitsOf({ lines }: Order): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}
