// Which orders to pick in one walk: the new ones, the most urgent first.
import { useSignal } from '@preact/signals';
import { fromHere, hrefTo } from '../../app/router.ts';
import { now, queue } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { shortName } from '../counter/findOrders.ts';
import { silence } from '../queue/bell.ts';
import { unitsOf } from '../queue/cards.ts';
import { take } from '../queue/moves.ts';
import { isAwaiting } from '../queue/ringing.ts';
import { TimeLeft } from '../queue/TimeLeft.tsx';
import { ORDERS_MAX } from './walk.ts';

const SUGGESTED = 4;

export function Choose() {
  const chosen = useSignal<readonly string[]>([]);
  const isBusy = useSignal(false);
  const offered = [...queue.value.late, ...queue.value.new].filter(
    (order) => order.status === 'confirmed' && !isAwaiting(order),
  );
  const picked = offered.filter(({ id }) => chosen.value.includes(id));
  const toggle = (id: string) => {
    const without = chosen.value.filter((one) => one !== id);
    chosen.value = without.length < chosen.value.length ? without : [...without, id].slice(0, ORDERS_MAX);
  };
  const start = async () => {
    isBusy.value = true;
    const goTo = fromHere();
    for (const order of picked) {
      silence(order.id);
      await take(order, false);
    }
    goTo('batch', ...picked.map(({ id }) => id));
  };
  return (
    <>
      <header class="pick-header">
        <ButtonLink icon="back" href={hrefTo('queue')} label={t('action.back')} />
        <div class="pick-title">
          <h1>{t('batch.title')}</h1>
          <p>
            {t('batch.choose')} {t('batch.max', { n: ORDERS_MAX })}
          </p>
        </div>
        {offered.length > 1 && (
          <Button
            icon="clock"
            onClick={() => {
              chosen.value = offered.slice(0, SUGGESTED).map(({ id }) => id);
            }}
          >
            {t('batch.suggest')}
          </Button>
        )}
      </header>
      {offered.length === 0 && <EmptyState icon="list" text={t('batch.none')} />}
      <ul class="batch-offers">
        {offered.map((order) => (
          <Offer
            key={order.id}
            order={order}
            isChosen={chosen.value.includes(order.id)}
            onToggle={() => toggle(order.id)}
          />
        ))}
      </ul>
      {offered.length > 0 && (
        <div class="batch-foot">
          <Button
            look="main"
            wide
            icon="arrow"
            disabled={picked.length === 0 || isBusy.value}
            onClick={() => void start()}
          >
            {plural('batch.start', picked.length)}
          </Button>
        </div>
      )}
    </>
  );
}

function Offer({ order, isChosen, onToggle }: { order: OrderView; isChosen: boolean; onToggle: () => void }) {
  return (
    <li>
      <button
        type="button"
        class="batch-offer"
        data-offer={order.id}
        aria-pressed={isChosen}
        onClick={onToggle}
      >
        <span class="batch-tick">{isChosen && <Icon name="check" />}</span>
        <span class="line-row-words">
          <span class="order-name">{shortName(order) ?? t('queue.customer')}</span>
          <span class="line-row-place">
            {order.orderReference} · {plural('unit.lines', order.lines.length)} ·{' '}
            {plural('unit.units', unitsOf(order))}
          </span>
        </span>
        <TimeLeft order={order} now={now.value} />
      </button>
    </li>
  );
}
