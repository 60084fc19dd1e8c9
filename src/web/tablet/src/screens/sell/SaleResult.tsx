// What became of a sale: the pickup code and its QR for the customer, or why it could not be.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hrefTo } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { device, dismiss } from '../../data/index.ts';
import type { Order, Outcome } from '../../data/model.ts';
import { dayTime, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import { customerQr } from '../counter/orderCode.ts';
import { nameOf } from '../pick/names.ts';
import { Qr } from '../print/Qr.tsx';
import type { Sold } from './sold.ts';

export function SaleResult({ sold, onOther }: { sold: Sold; onOther: () => void }) {
  const outcome = useSignal<Outcome | null>(null);
  useEffect(() => {
    void sold.done.then((made) => {
      play(made.ok ? 'done' : 'wrong');
      outcome.value = made;
    });
  }, [sold]);
  if (outcome.value === null) {
    return (
      <section class="sale-result" role="status">
        <Badge tone="warn" icon="sync" text={t('sell.selling')} />
        <p>{t('sell.waiting')}</p>
      </section>
    );
  }
  if (!outcome.value.ok) {
    const { code } = outcome.value.problem;
    const other = () => {
      // It was seen here: it need not stand among the conflicts as well.
      void dismiss(sold.actionId);
      onOther();
    };
    return (
      <section class="sale-result" role="alert" data-sale="refused">
        <p class="stock-old" data-tone="bad">
          <Icon name="alert" />
          {t(code === 'insufficient-stock' ? 'sell.gone' : 'sell.refused')}
        </p>
        {code !== 'insufficient-stock' && <p>{outcome.value.problem.detail}</p>}
        <Button look="main" icon="back" onClick={other}>
          {t('sell.otherPlace')}
        </Button>
      </section>
    );
  }
  // The last call of a sale answers with its reservation.
  return <Receipt sold={sold} order={outcome.value.value as Order} />;
}

function Receipt({ sold: { draft, chosen, reference }, order }: { sold: Sold; order: Order }) {
  const { way, place, quantity } = chosen;
  const code = order.pickupCode;
  const here = device.value?.location.name ?? '';
  return (
    <>
      <section class="sale-result sale-receipt" data-sale="done">
        <h1>
          <Icon name="check" />
          {t('sell.done')}
        </h1>
        <p>
          <strong>
            {quantity} × {nameOf(draft.sku)}
          </strong>
        </p>
        {code !== undefined && (
          <>
            <Qr text={customerQr(order.id, code)} label={t('sell.qr')} />
            <p>{t('sell.code')}</p>
            <p class="sale-code">{code}</p>
          </>
        )}
        <p>{t(`sell.then.${way}`, { place: way === 'bring' ? here : place.name })}</p>
        {order.promise !== null && (
          <p>
            <strong>{t('sell.ready', { time: dayTime(order.promise.readyAt) })}</strong>
          </p>
        )}
        <p>{t(order.payment === 'online' ? 'sell.paid' : 'sell.toPay')}</p>
        <p class="stock-soft">
          {draft.name} · {reference}
        </p>
      </section>
      <div class="stock-actions sale-actions">
        <Button icon="printer" onClick={() => window.print()}>
          {t('sell.print')}
        </Button>
        <ButtonLink look="main" icon="check" href={hrefTo('sell')}>
          {t('sell.next')}
        </ButtonLink>
      </div>
    </>
  );
}
