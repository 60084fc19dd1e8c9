// An item's picture, or the sign for one where the shop gave none or it does not load.
import { useSignal } from '@preact/signals';
import type { Item } from '../../data/model.ts';
import { Icon } from '../../ui/Icon.tsx';

export function ItemPicture({ item }: { item: Pick<Item, 'imageUrl'> | undefined }) {
  const failed = useSignal<string | null>(null);
  const source = item?.imageUrl ?? null;
  return (
    <span class="desk-picture">
      {source === null || failed.value === source ? (
        <Icon name="box" />
      ) : (
        <img
          // The name stands beside it.
          alt=""
          src={source}
          loading="lazy"
          onError={() => {
            failed.value = source;
          }}
        />
      )}
    </span>
  );
}
