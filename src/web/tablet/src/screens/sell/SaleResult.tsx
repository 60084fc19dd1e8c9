// What became of a sale: the ticket for the customer, or why it could not be.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hrefTo } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { dismiss } from '../../data/index.ts';
import type { Order, Outcome } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import type { Sold } from './sold.ts';
import { Ticket } from './Ticket.tsx';

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
  return <Receipt order={outcome.value.value as Order} />;
}

function Receipt({ order }: { order: Order }) {
  return (
    <>
      <section class="sale-result" data-sale="done">
        <h1>
          <Icon name="check" />
          {t('sell.done')}
        </h1>
        <div class="sale-ticket">
          <Ticket order={order} />
        </div>
      </section>
      <div class="stock-actions sale-actions">
        <Button look="main" icon="printer" onClick={() => print()}>
          {t('sell.print')}
        </Button>
        <ButtonLink icon="check" href={hrefTo('sell')}>
          {t('sell.next')}
        </ButtonLink>
      </div>
    </>
  );
}
