// One order in the queue: whose it is, by when, how much, where, and the one thing to do with it next.
import { useSignal } from '@preact/signals';
import { hrefTo } from '../../app/router.ts';
import { device, now, shift } from '../../data/index.ts';
import type { Column, OrderView } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Card, type Tone } from '../../ui/Card.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { shortName } from '../counter/findOrders.ts';
import { Awaiting } from './Awaiting.tsx';
import { ringing } from './bell.ts';
import { actionOf, flagsOf, progressOf, timeLeft, unitsOf } from './cards.ts';
import { Flags } from './Flags.tsx';
import { startOrder } from './moves.ts';
import { TakeOver } from './TakeOver.tsx';
import { TimeLeft } from './TimeLeft.tsx';

const TONES: Record<Column, Tone> = {
  new: 'info',
  picking: 'plain',
  ready: 'good',
  late: 'bad',
  putBack: 'warn',
};

export function OrderCard({ order, column }: { order: OrderView; column: Column }) {
  const name = shortName(order) ?? t('queue.customer');
  const reference = order.orderReference ?? '';
  const isRinging = ringing.value.some(({ id }) => id === order.id);
  const isPressing = timeLeft(order, now.value)?.tone === 'warn' && column === 'new';
  return (
    // `data-order`: a touch anywhere on it answers the bell (bell.ts).
    <div class="order-card" data-order={order.id} data-ringing={isRinging ? '' : undefined}>
      <Card tone={isPressing ? 'warn' : TONES[column]} id={order.id}>
        <a class="order-head" href={hrefTo('pick', order.id)}>
          <span class="visually-hidden">{t('queue.open', { reference, name })}</span>
          <span class="order-name" aria-hidden="true">
            {name}
          </span>
          <TimeLeft order={order} now={now.value} />
        </a>
        <p class="order-facts">
          <span>{reference}</span>
          <span>
            {plural('unit.lines', order.lines.length)} · {plural('unit.units', unitsOf(order))}
          </span>
        </p>
        <Marks order={order} column={column} />
        <Awaiting order={order} />
        <CardAction order={order} />
      </Card>
    </div>
  );
}

/** Where it lies, who has it, how far it is, and what is unusual. */
function Marks({ order, column }: { order: OrderView; column: Column }) {
  const flags = flagsOf(order, device.value?.location.code ?? '');
  return (
    <>
      {order.status === 'picking' && <Progress order={order} />}
      <div class="order-marks">
        {column === 'late' && <StatusBadge state={order.status} />}
        {order.shelf !== null && (column === 'ready' || column === 'putBack') && (
          <span class="order-shelf">
            <Icon name="pin" />
            <span class="visually-hidden">{t('queue.shelfLabel', { shelf: order.shelf })}</span>
            <span aria-hidden="true">{order.shelf}</span>
          </span>
        )}
        {order.takenBy !== null && order.status === 'picking' && (
          <span class="order-by">
            <Icon name="user" />
            <span class="visually-hidden">{t('queue.byLabel', { name: order.takenBy })}</span>
            <span aria-hidden="true">{order.takenBy}</span>
          </span>
        )}
        <Flags order={order} flags={flags} />
      </div>
    </>
  );
}

function Progress({ order }: { order: OrderView }) {
  const done = Math.round(progressOf(order) * 100);
  return (
    <div
      class="order-progress"
      role="progressbar"
      aria-label={t('status.picking')}
      aria-valuenow={done}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span style={{ width: `${done}%` }} />
    </div>
  );
}

function CardAction({ order }: { order: OrderView }) {
  const isAsking = useSignal(false);
  const staff = shift.value?.name ?? null;
  switch (actionOf(order, staff)) {
    case 'start':
      return (
        <Button look="main" wide icon="basket" onClick={() => void startOrder(order)}>
          {t('queue.start')}
        </Button>
      );
    case 'goOn':
      return (
        <ButtonLink look="main" wide icon="arrow" href={hrefTo('pick', order.id)}>
          {t('queue.goOn')}
        </ButtonLink>
      );
    case 'takeOver':
      return (
        <>
          <Button
            wide
            icon="hand"
            onClick={() => {
              isAsking.value = true;
            }}
          >
            {t('queue.takeOver')}
          </Button>
          {isAsking.value && (
            <TakeOver
              order={order}
              onClose={() => {
                isAsking.value = false;
              }}
            />
          )}
        </>
      );
    case 'handOver':
      return (
        <ButtonLink wide icon="bag" href={hrefTo('counter', order.id)}>
          {t('queue.handOver')}
        </ButtonLink>
      );
    case 'putBack':
      return (
        <ButtonLink wide icon="putBack" href={hrefTo('putback', order.id)}>
          {t('queue.tidy')}
        </ButtonLink>
      );
    case null:
      return null;
  }
}
