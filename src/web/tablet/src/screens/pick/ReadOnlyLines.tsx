// The lines of an order that is not picked here and now: to be read.
import type { OrderLine, OrderView } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { ItemPicture } from './ItemPicture.tsx';
import { nameOf } from './names.ts';
import { byAisle, unitsToFind } from './pickState.ts';

export function ReadOnlyLines({ order }: { order: OrderView }) {
  const walk = byAisle(order.lines, (line) => line.aisle ?? null);
  // Later what was collected is what the counter gave, too.
  const isToFind = order.status === 'confirmed' || order.status === 'picking';
  const unitsOf = (line: OrderLine) => (isToFind ? unitsToFind(line) : line.quantity);
  return (
    <section class="picking-lines" aria-labelledby="lines-title">
      <h2 id="lines-title">{t('pick.lines')}</h2>
      <ul>
        {walk.map((line) => (
          <li key={line.sku} class="line-row" data-sku={line.sku}>
            <ItemPicture sku={line.sku} size="small" />
            <span class="line-row-words">
              <span class="line-row-name">{nameOf(line.sku)}</span>
              <span class="line-row-place">
                {line.aisle ? t('pick.aisle', { aisle: line.aisle }) : t('pick.noAisle')}
              </span>
              {isToFind && line.collected > 0 && (
                <span class="line-row-place">{plural('pick.isSold', line.collected)}</span>
              )}
              {line.missing > 0 && (
                <span class="line-row-missing">
                  <Icon name="cross" />
                  {plural('pick.isMissing', line.missing)}
                </span>
              )}
            </span>
            <span class="line-row-count">
              {line.picked + line.missing > 0 ? `${line.picked} / ${unitsOf(line)}` : unitsOf(line)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
