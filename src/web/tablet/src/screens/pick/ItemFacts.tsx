// Where an article is, what its code is, how many are here: what somebody with a trolley needs to know of it.
import { items, levels } from '../../data/index.ts';
import type { OrderLine } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';

export function ItemFacts({ line }: { line: OrderLine }) {
  const barcode = items.value.get(line.sku)?.barcodes[0];
  const level = levels.value.get(line.sku);
  return (
    <ul class="item-facts">
      <li>
        <Icon name="barcode" />
        <span class="item-code">{barcode ?? t('pick.noBarcode')}</span>
      </li>
      <li>
        <Icon name="box" />
        {level === undefined ? t('pick.stockUnknown') : t('pick.stock', { n: level.onHand })}
      </li>
      {line.awaited > 0 && (
        <li>
          <Icon name="truck" />
          {plural('pick.awaited', line.awaited)}
        </li>
      )}
    </ul>
  );
}

export function Aisle({ aisle }: { aisle: string | null | undefined }) {
  return (
    <span class="aisle" data-unknown={aisle ? undefined : ''}>
      <Icon name="pin" />
      {aisle ? t('pick.aisle', { aisle }) : t('pick.noAisle')}
    </span>
  );
}
