// An article's picture, always beside its name, so that screen readers need none; a drawing where there is none, or none
// that can be loaded.
import { useSignal } from '@preact/signals';
import { Icon } from './Icon.tsx';

export function Picture({
  url,
  size = 'medium',
}: {
  url: string | null;
  size?: 'small' | 'medium' | 'large';
}) {
  const broken = useSignal<string | null>(null);
  return (
    <span class="picture" data-size={size}>
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
