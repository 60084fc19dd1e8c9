// The picture of an article that is known by its sku.
import { items } from '../../data/index.ts';
import { Picture } from '../../ui/Picture.tsx';

export function ItemPicture({ sku, size }: { sku: string; size?: 'small' | 'large' }) {
  return <Picture url={items.value.get(sku)?.imageUrl ?? null} {...(size === undefined ? {} : { size })} />;
}
