// Articles in a list, each a link: picture, name, sku.
import type { ComponentChildren } from 'preact';
import type { Item } from '../../data/model.ts';
import { named } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Picture } from '../../ui/Picture.tsx';

type Listed = Pick<Item, 'sku' | 'name' | 'imageUrl'>;

export function ItemList<One extends Listed>({
  items,
  href,
  children,
}: {
  items: readonly One[];
  href: (sku: string) => string;
  /** What else is said of each. */
  children?: (item: One) => ComponentChildren;
}) {
  return (
    <ul class="item-list">
      {items.map((item) => (
        <li key={item.sku}>
          <a class="item-row" href={href(item.sku)}>
            <Picture url={item.imageUrl} />
            <span class="item-words">
              <strong>{named(item.name)}</strong>
              <span class="stock-soft">{item.sku}</span>
              {children?.(item)}
            </span>
            <Icon name="arrow" />
          </a>
        </li>
      ))}
    </ul>
  );
}
