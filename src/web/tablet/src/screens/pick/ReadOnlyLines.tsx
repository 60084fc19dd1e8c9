// The lines of an order that is not picked here and now: to be read.
import type { OrderView } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { ItemPicture } from './ItemPicture.tsx';
import { nameOf } from './names.ts';
import { byAisle } from './pickState.ts';

export function ReadOnlyLines({ order }: { order: OrderView }) {
  const walk = byAisle(order.lines, (line) => line.aisle ?? null);
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
              {line.missing > 0 && (
                <span class="line-row-missing">
                  <Icon name="cross" />
                  {plural('pick.isMissing', line.missing)}
                </span>
              )}
            </span>
            <span class="line-row-count">
              {line.picked + line.missing > 0 ? `${line.picked} / ${line.quantity}` : line.quantity}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
