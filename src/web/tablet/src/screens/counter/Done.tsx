// What came of it, so big that it is seen from the other side of the counter; then the next customer.
import { useEffect, useRef } from 'preact/hooks';
import { hrefTo } from '../../app/router.ts';
import type { OrderView } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import type { TextKey } from '../../i18n/words.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { OrderConflicts } from '../conflicts/OrderConflicts.tsx';
import { shortName } from './findOrders.ts';
import { linesThere, sum } from './handOver.ts';
import type { Result } from './useDesk.ts';
import { useOrder } from './useOrder.ts';

const TITLES = {
  collected: 'counter.done',
  part: 'counter.donePart',
  dispatched: 'counter.dispatched',
  refused: 'counter.refused',
  partRefused: 'counter.refusedPart',
} as const satisfies Record<Result['kind'], TextKey>;

/** `order`: as it was before. */
export function Done({ order, result: { kind, lines, isWaiting } }: { order: OrderView; result: Result }) {
  const title = useRef<HTMLHeadingElement>(null);
  const after = useOrder(order.id);
  // Whoever cannot see it hears it.
  useEffect(() => title.current?.focus(), []);
  const isRefused = kind === 'refused' || kind === 'partRefused';
  const units = sum(lines);
  const rest = linesThere(order).reduce((total, { units: there }) => total + there, 0) - units;
  return (
    <>
      {after.state === 'found' && <OrderConflicts order={after.order} />}
      <section class="desk-done" data-tone={isWaiting ? 'warn' : isRefused ? 'info' : 'good'}>
        <Icon name={isRefused ? 'cross' : kind === 'dispatched' ? 'truck' : 'check'} />
        <h1 ref={title} tabIndex={-1}>
          {t(TITLES[kind])}
        </h1>
        <p class="desk-done-who">
          {[shortName(order), order.orderReference].filter((part) => part !== null).join(' · ')}
        </p>
        {isRefused ? (
          <p>{t('counter.done.toPutBack')}</p>
        ) : (
          <p>
            {plural('counter.done.units', units)} {rest > 0 && plural('counter.done.rest', rest)}
          </p>
        )}
        {isWaiting && (
          <p class="desk-done-waiting">
            <StatusBadge state="waiting" /> {t('counter.done.waiting')}
          </p>
        )}
        <div class="desk-done-actions">
          {isRefused ? (
            <ButtonLink href={hrefTo('putback')} icon="putBack">
              {t('counter.toPutBack')}
            </ButtonLink>
          ) : (
            <ButtonLink href={hrefTo('counter', order.id, 'return')} icon="putBack">
              {t('counter.undo')}
            </ButtonLink>
          )}
          <ButtonLink href={hrefTo('counter')} icon="arrow" look="main">
            {t('counter.next')}
          </ButtonLink>
        </div>
      </section>
    </>
  );
}
