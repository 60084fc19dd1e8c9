// One order, whatever its state: picked here, ready, or over. `#/pick/rsv_…`
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hrefTo } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { isLate } from '../../data/columns.ts';
import { device, now, orders, refreshOrder, shift } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { OrderConflicts } from '../conflicts/OrderConflicts.tsx';
import { shortName } from '../counter/findOrders.ts';
import { Awaiting } from '../queue/Awaiting.tsx';
import { actionOf, flagsOf } from '../queue/cards.ts';
import { Flags } from '../queue/Flags.tsx';
import { startOrder } from '../queue/moves.ts';
import { TakeOver } from '../queue/TakeOver.tsx';
import { TimeLeft } from '../queue/TimeLeft.tsx';
import { useArticles } from './names.ts';
import { Picking } from './Picking.tsx';
import { ReadOnlyLines } from './ReadOnlyLines.tsx';
import { Staged } from './Staged.tsx';
import './pick.css';

export function PickScreen({ params }: ScreenProps) {
  const order = orders.value.get(params[0] ?? '') ?? null;
  useArticles(order?.lines.map(({ sku }) => sku) ?? []);
  useEffect(() => {
    if (order !== null && isDoubtful(order)) void refreshOrder(order.id);
  }, [order?.id]);
  if (order === null) {
    return (
      <EmptyState isPage icon="search" text={t('pick.gone')}>
        <ButtonLink icon="back" href={hrefTo('queue')}>
          {t('pick.queue')}
        </ButtonLink>
      </EmptyState>
    );
  }
  return (
    <div class="pick-screen" data-screen="pick" data-order={order.id}>
      <PickHeader order={order} />
      <OrderConflicts order={order} />
      <PickBody order={order} />
    </div>
  );
}

/** Something is feared of it, which may be over. */
function isDoubtful({ fulfilment, lines }: OrderView): boolean {
  return fulfilment === 'transfer' || lines.some(({ atRisk }) => atRisk);
}

function PickHeader({ order }: { order: OrderView }) {
  const flags = flagsOf(order, device.value?.location.code ?? '');
  const late = order.status !== 'ready' && order.status !== 'collected' && isLate(order, now.value);
  return (
    <header class="pick-header">
      <ButtonLink icon="back" href={hrefTo('queue')} label={t('action.back')} />
      <div class="pick-title">
        <h1>{shortName(order) ?? t('queue.customer')}</h1>
        <p>{t('pick.title', { reference: order.orderReference ?? '' })}</p>
      </div>
      <div class="pick-marks">
        <StatusBadge state={order.status} />
        {late && order.status !== 'cancelled' && order.status !== 'expired' && <StatusBadge state="late" />}
        <Flags order={order} flags={flags} />
      </div>
      <TimeLeft order={order} now={now.value} />
    </header>
  );
}

function PickBody({ order }: { order: OrderView }) {
  const staff = shift.value?.name ?? null;
  switch (order.status) {
    case 'confirmed':
      return <NotStarted order={order} />;
    case 'picking':
      return actionOf(order, staff) === 'takeOver' ? <NotYours order={order} /> : <Picking order={order} />;
    case 'ready':
      return (
        <div class="picking">
          <div class="picking-now">
            <Staged order={order} />
          </div>
          <ReadOnlyLines order={order} />
        </div>
      );
    case 'held':
    case 'collected':
    case 'cancelled':
    case 'expired':
      return <Over order={order} status={order.status} />;
  }
}

function NotStarted({ order }: { order: OrderView }) {
  const canStart = actionOf(order, null) === 'start';
  return (
    <div class="picking">
      <div class="picking-now">
        <section class="stage">
          <p>{t(canStart ? 'pick.notStarted' : 'pick.awaiting')}</p>
          <Awaiting order={order} />
          {canStart && (
            <Button look="main" icon="basket" onClick={() => void startOrder(order)}>
              {t('pick.start')}
            </Button>
          )}
        </section>
      </div>
      <ReadOnlyLines order={order} />
    </div>
  );
}

function NotYours({ order }: { order: OrderView }) {
  const isAsking = useSignal(false);
  return (
    <div class="picking">
      <div class="picking-now">
        <section class="stage">
          <p>
            <Icon name="user" /> {t('pick.notYours', { name: order.takenBy ?? '' })}
          </p>
          <Button
            look="main"
            icon="hand"
            onClick={() => {
              isAsking.value = true;
            }}
          >
            {t('queue.takeOver')}
          </Button>
        </section>
      </div>
      <ReadOnlyLines order={order} />
      {isAsking.value && (
        <TakeOver
          order={order}
          onClose={() => {
            isAsking.value = false;
          }}
        />
      )}
    </div>
  );
}

type OverStatus = 'held' | 'collected' | 'cancelled' | 'expired';

function Over({ order, status }: { order: OrderView; status: OverStatus }) {
  const { putBackPending, id } = order;
  return (
    <div class="picking">
      <div class="picking-now">
        <section class="stage">
          <p>{t(`pick.over.${status}`)}</p>
          {putBackPending && (
            <ButtonLink look="main" icon="putBack" href={hrefTo('putback', id)}>
              {t('pick.putBack')}
            </ButtonLink>
          )}
          <ButtonLink icon="back" href={hrefTo('queue')}>
            {t('pick.queue')}
          </ButtonLink>
        </section>
      </div>
      <ReadOnlyLines order={order} />
    </div>
  );
}
