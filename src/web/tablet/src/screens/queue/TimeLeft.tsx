// The time left to an order's promise, counted down; how late it is, in words; for one that is ready, until when it waits.
import type { OrderView } from '../../data/model.ts';
import { dayTime, duration, shortTime, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { timeLeft } from './cards.ts';

export function TimeLeft({ order, now }: { order: OrderView; now: number }) {
  if (order.status === 'ready') return <Deadline at={order.pickupDeadlineAt} />;
  const time = timeLeft(order, now);
  if (time === null || order.promise === null) return null;
  const { left, tone } = time;
  const words = duration(left);
  return (
    <span class="time-left" data-tone={tone}>
      <span class="time-main">
        <Icon name="clock" />
        <span class="visually-hidden">
          {left < 0 ? t('queue.overdue', { time: words }) : t('queue.leftLabel', { time: words })}
        </span>
        <span aria-hidden="true">
          {left < 0 ? t('queue.overdue', { time: words }) : t('queue.left', { time: words })}
        </span>
      </span>
      <span class="time-due">{t('queue.due', { time: shortTime(order.promise.readyAt, now) })}</span>
    </span>
  );
}

function Deadline({ at }: { at: string | null }) {
  if (at === null) return null;
  return (
    <span class="time-left" data-tone="plain">
      <span class="time-due">{t('queue.until', { time: dayTime(at) })}</span>
    </span>
  );
}
