// A stop of the walk in its list: where, what, and which bags.
import { t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { ItemPicture } from '../pick/ItemPicture.tsx';
import { nameOf } from '../pick/names.ts';
import { Letter } from './Letter.tsx';
import type { Stop } from './walk.ts';

export function StopRow({
  stop,
  isCurrent,
  onSelect,
}: {
  stop: Stop;
  isCurrent: boolean;
  onSelect: () => void;
}) {
  return (
    <li>
      <button
        type="button"
        class="line-row"
        data-sku={stop.sku}
        data-state={stop.left > 0 ? 'open' : 'found'}
        aria-current={isCurrent ? 'true' : undefined}
        onClick={onSelect}
      >
        <ItemPicture sku={stop.sku} size="small" />
        <span class="line-row-words">
          <span class="line-row-name">{nameOf(stop.sku)}</span>
          <span class="line-row-place">
            {stop.aisle ? t('pick.aisle', { aisle: stop.aisle }) : t('pick.noAisle')}
          </span>
          <span class="letters">
            {stop.shares.map(({ bag }) => (
              <Letter key={bag.letter} letter={bag.letter} isSmall />
            ))}
          </span>
        </span>
        <span class="line-row-count">
          {stop.left === 0 && <Icon name="check" />}
          {stop.wanted - stop.left} / {stop.wanted}
        </span>
      </button>
    </li>
  );
}
