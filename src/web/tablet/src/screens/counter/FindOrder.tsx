// Finding the customer's order: a scan, or a name, a number or a shelf. Ready ones stand there without asking.
import { useSignal } from '@preact/signals';
import { goTo, hrefTo } from '../../app/router.ts';
import { online, orders, read } from '../../data/index.ts';
import type { Order, OrderView } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { useScans } from '../../scan/scans.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { findOrders, shortName } from './findOrders.ts';
import { openScan } from './openScan.ts';
import { readOrderCode } from './orderCode.ts';
import { PaymentBadge } from './PaymentBadge.tsx';
import { isUnanswered } from './Unanswered.tsx';
import { asView } from './useOrder.ts';

export function FindOrder() {
  const words = useSignal('');
  useScans((code) => void openScan(code));
  const found = findOrders(orders.value.values(), words.value);
  const isSearch = words.value.trim() !== '';
  const submit = (event: Event) => {
    event.preventDefault();
    // A scanner types into the field when it has the focus.
    if (readOrderCode(words.value) !== null) openScan(words.value);
    else if (found.length === 1 && found[0] !== undefined) goTo('counter', found[0].id);
  };
  return (
    <div class="find">
      <h1 class="visually-hidden">{t('counter.title')}</h1>
      <div class="find-scan">
        <Icon name="barcode" />
        <div>
          <p class="find-big">{t('counter.scan')}</p>
          <p>{t('counter.scanHint')}</p>
        </div>
        <CameraButton />
      </div>
      <form class="find-form" onSubmit={submit}>
        <Field
          label={t('counter.search')}
          value={words.value}
          onInput={(value) => {
            words.value = value;
          }}
          inputMode="search"
          autoComplete="off"
          maxLength={200}
        />
        <Button type="submit" icon="search">
          {t('counter.find')}
        </Button>
      </form>
      <h2>{t(isSearch ? 'counter.found' : 'counter.ready')}</h2>
      {found.length === 0 ? (
        <EmptyState icon="bag" text={t(isSearch ? 'counter.notFound' : 'counter.noReady')} />
      ) : (
        <OrderList orders={found} />
      )}
      {isSearch && <OlderOrders key={words.value} reference={words.value.trim()} />}
    </div>
  );
}

function OrderList({ orders: found }: { orders: readonly OrderView[] }) {
  return (
    <ul class="find-list">
      {found.map((order) => (
        <li key={order.id}>
          <a class="find-order" href={hrefTo('counter', order.id)}>
            <span class="find-shelf">
              <span class="visually-hidden">{t('counter.shelf')} </span>
              {order.shelf ?? '–'}
            </span>
            <span class="find-who">
              <strong>{shortName(order) ?? t('counter.customer')}</strong>
              <span class="find-soft">
                {order.orderReference} · {plural('unit.lines', order.lines.length)}
              </span>
            </span>
            <span class="find-badges">
              {order.payment === 'in_store' && order.status === 'ready' && <PaymentBadge order={order} />}
              {(order.status !== 'ready' || order.pending.length > 0) && !isUnanswered(order) && (
                <StatusBadge state={order.status} />
              )}
              {order.pending.length > 0 && <StatusBadge state="waiting" />}
              {order.conflicts.length > 0 && <StatusBadge state="conflict" />}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Orders that are over are not kept here: asked for by their whole number, for returns. */
function OlderOrders({ reference }: { reference: string }) {
  const answer = useSignal<'none' | 'reading' | 'noAnswer' | readonly OrderView[]>('none');
  const search = async () => {
    answer.value = 'reading';
    const found = await read<{ data: Order[] }>(
      `/v1/reservations?orderReference=${encodeURIComponent(reference)}`,
    );
    answer.value = found.ok ? found.value.data.map(asView) : 'noAnswer';
  };
  if (!online.value) return null;
  const { value } = answer;
  if (value === 'none') {
    return (
      <Button icon="search" onClick={() => void search()}>
        {t('counter.searchOlder')}
      </Button>
    );
  }
  if (value === 'reading') return <p role="status">{t('counter.searching')}</p>;
  if (value === 'noAnswer') return <p role="alert">{t('counter.noAnswer')}</p>;
  if (value.length === 0) return <p role="status">{t('counter.notFound')}</p>;
  return <OrderList orders={value} />;
}
