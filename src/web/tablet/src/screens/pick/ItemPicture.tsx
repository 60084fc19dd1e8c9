// The picture of an article; where there is none, or none that can be loaded, a drawing in its place.
import { useState } from 'preact/hooks';
import { items } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { nameOf } from './names.ts';

export function ItemPicture({ sku, isSmall }: { sku: string; isSmall?: boolean }) {
  const url = items.value.get(sku)?.imageUrl ?? null;
  const [broken, setBroken] = useState<string | null>(null);
  const size = isSmall ? '' : undefined;
  if (url === null || url === broken) {
    return (
      <span class="item-picture" data-small={size} role="img" aria-label={t('pick.noPicture')}>
        <Icon name="box" />
      </span>
    );
  }
  return (
    <span class="item-picture" data-small={size}>
      <img src={url} alt={nameOf(sku)} decoding="async" onError={() => setBroken(url)} />
    </span>
  );
}
