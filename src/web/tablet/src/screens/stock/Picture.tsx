// An article's picture beside its name, so that screen readers need none; a drawing where there is none.
import { useSignal } from '@preact/signals';
import { Icon } from '../../ui/Icon.tsx';

export function Picture({ url, isLarge }: { url: string | null; isLarge?: boolean }) {
  const broken = useSignal<string | null>(null);
  return (
    <span class="stock-picture" data-large={isLarge ? '' : undefined}>
      {url === null || url === broken.value ? (
        <Icon name="box" />
      ) : (
        <img
          alt=""
          src={url}
          decoding="async"
          loading="lazy"
          onError={() => {
            broken.value = url;
          }}
        />
      )}
    </span>
  );
}
