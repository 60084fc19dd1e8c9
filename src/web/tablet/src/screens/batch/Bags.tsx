// The bags of the walk: whose each is, how far it is, where it was put.
import { hrefTo } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { shortName } from '../counter/findOrders.ts';
import { progressOf } from '../queue/cards.ts';
import { Letter } from './Letter.tsx';
import type { Bag } from './walk.ts';

export function Bags({ bags }: { bags: readonly Bag[] }) {
  return (
    <section class="picking-lines" aria-labelledby="bags-title">
      <h2 id="bags-title">{t('batch.bags')}</h2>
      <ul class="bags">
        {bags.map(({ letter, order }) => (
          <li key={order.id}>
            <a class="line-row" data-bag={letter} href={hrefTo('pick', order.id)}>
              <Letter letter={letter} />
              <span class="line-row-words">
                <span class="line-row-name">{shortName(order) ?? order.orderReference}</span>
                <span class="line-row-place">
                  {order.shelf === null ? order.orderReference : t('stage.on', { shelf: order.shelf })}
                </span>
              </span>
              {order.status === 'picking' ? (
                <span class="line-row-count">{Math.round(progressOf(order) * 100)} %</span>
              ) : (
                <StatusBadge state={order.status} />
              )}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
