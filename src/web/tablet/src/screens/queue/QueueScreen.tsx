// The queue: orders by column, live. How a screen uses the engine: it reads signals, and changes things by `act` only.
import { hrefTo } from '../../app/router.ts';
import { act, now, queue, shift } from '../../data/index.ts';
import type { Column, OrderView } from '../../data/model.ts';
import { clockTime, duration, plural, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { type Shown, StatusBadge, toneOf } from '../../ui/StatusBadge.tsx';
import './queue.css';

const COLUMNS: readonly Column[] = ['late', 'new', 'picking', 'ready', 'putBack'];

export function QueueScreen() {
  const columns = queue.value;
  const isEmpty = COLUMNS.every((column) => columns[column].length === 0);
  return (
    <>
      <h1>{t('queue.title')}</h1>
      {isEmpty && <EmptyState icon="bell" text={t('queue.emptyAll')} />}
      <div class="queue">
        {COLUMNS.map((column) => (
          <section key={column} data-column={column} aria-labelledby={`column-${column}`}>
            <h2 id={`column-${column}`}>
              {t(`queue.${column}`)} ({columns[column].length})
            </h2>
            <ul class="queue-cards">
              {columns[column].map((order) => (
                <li key={order.id}>
                  <OrderCard order={order} isLate={column === 'late'} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

function OrderCard({ order, isLate }: { order: OrderView; isLate: boolean }) {
  const state: Shown = isLate ? 'late' : order.status;
  return (
    <Card tone={toneOf(state)} id={order.id}>
      <div class="queue-badges">
        <StatusBadge state={state} />
        {order.lines.some((line) => line.atRisk) && <StatusBadge state="atRisk" />}
        {order.pending.length > 0 && <StatusBadge state="waiting" />}
        {order.conflicts.length > 0 && <StatusBadge state="conflict" />}
      </div>
      <strong>{shortName(order) ?? t('queue.customer')}</strong>
      <span>{order.orderReference}</span>
      <span>{plural('unit.lines', order.lines.length)}</span>
      {order.promise && <TimeLeft readyAt={order.promise.readyAt} />}
      {order.takenBy && <span>{t('queue.by', { name: order.takenBy })}</span>}
      {order.shelf && <span>{t('queue.shelf', { shelf: order.shelf })}</span>}
      {order.status === 'confirmed' && (
        <Button look="main" icon="hand" onClick={() => void start(order)}>
          {t('queue.start')}
        </Button>
      )}
      {order.status === 'picking' && (
        <ButtonLink href={hrefTo('pick', order.id)}>{t('queue.picking')}</ButtonLink>
      )}
    </Card>
  );
}

function TimeLeft({ readyAt }: { readyAt: string }) {
  const left = Date.parse(readyAt) - now.value;
  const time = duration(left);
  return (
    <span>
      {t('queue.due', { time: clockTime(readyAt) })},{' '}
      {left < 0 ? t('queue.overdue', { time }) : t('queue.left', { time })}
    </span>
  );
}

async function start(order: OrderView): Promise<void> {
  const staff = shift.value?.name;
  await act({ kind: 'start', subject: order.id, body: staff === undefined ? {} : { staff } });
}

/** First name and initial: enough to call somebody, no more than the counter needs. */
function shortName({ customer }: OrderView): string | null {
  const [first, ...rest] = (customer?.name ?? '').trim().split(/\s+/);
  const initial = rest.at(-1)?.[0];
  return first ? `${first}${initial === undefined ? '' : ` ${initial}.`}` : null;
}
