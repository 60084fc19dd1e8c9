// Stock: an article looked up by scan or name, here and in the stores around; those looked up last stay readable.
import { goTo, hrefTo } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { items, levels } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FindItem } from './FindItem.tsx';
import { ItemList } from './ItemList.tsx';
import { ItemStock } from './ItemStock.tsx';
import { lookups } from './lookups.ts';
import { StockTabs } from './StockTabs.tsx';

export function StockScreen({ params }: ScreenProps) {
  const [sku] = params;
  return (
    <div class="stock">
      <StockTabs current="stock" />
      {sku ? <ItemStock key={sku} sku={sku} /> : <LookUp />}
    </div>
  );
}

const hrefOf = (sku: string) => hrefTo('stock', sku);

function LookUp() {
  const recent = lookups.last()?.value ?? [];
  const known = recent.flatMap((lookup) => {
    const item = items.value.get(lookup.sku);
    return item === undefined ? [] : [{ ...item, lookup }];
  });
  return (
    <>
      <h1 class="visually-hidden">{t('stock.title')}</h1>
      <FindItem href={hrefOf} onFound={(sku) => goTo('stock', sku)} />
      <section>
        <h2>{t('stock.recent')}</h2>
        {known.length === 0 ? (
          <EmptyState icon="barcode" text={t('stock.noRecent')} />
        ) : (
          <ItemList items={known} href={hrefOf}>
            {({ lookup }) => (
              <span class="stock-soft">
                {t('stock.hereShort', { n: (levels.value.get(lookup.sku) ?? lookup.level)?.onHand ?? 0 })}
                {lookup.aisle !== null && ` · ${t('stock.aisleIs', { aisle: lookup.aisle })}`}
              </span>
            )}
          </ItemList>
        )}
      </section>
    </>
  );
}
