// What an article is: picture, name, sku, barcodes, price.
import type { Item } from '../../data/model.ts';
import { named, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Picture } from '../../ui/Picture.tsx';
import { money } from '../counter/money.ts';

export function ItemHead({ item }: { item: Item }) {
  return (
    <header class="item-head">
      <Picture url={item.imageUrl} size="large" />
      <div class="item-words">
        <h1>{named(item.name)}</h1>
        <p class="stock-soft">{item.sku}</p>
        <p class="item-barcodes">
          <Icon name="barcode" />
          <span class="visually-hidden">{t('stock.barcodes')} </span>
          {item.barcodes.length === 0 ? t('stock.noBarcode') : item.barcodes.join(' · ')}
        </p>
        {item.price !== null && <p class="item-price">{money(item.price)}</p>}
      </div>
    </header>
  );
}
