// A line of the order in its list: what it is, where, how far it is. Touched, it is shown large.
import type { OrderLine } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { ItemPicture } from './ItemPicture.tsx';
import { nameOf } from './names.ts';
import { unitsLeft, unitsToFind, unitsTooMany } from './pickState.ts';

export function LineRow({
  line,
  isCurrent,
  onSelect,
}: {
  line: OrderLine;
  isCurrent: boolean;
  onSelect: () => void;
}) {
  const isOpen = unitsLeft(line) > 0;
  const tooMany = unitsTooMany(line);
  return (
    <li>
      <button
        type="button"
        class="line-row"
        data-sku={line.sku}
        data-state={stateOf(line)}
        aria-current={isCurrent ? 'true' : undefined}
        onClick={onSelect}
      >
        <ItemPicture sku={line.sku} size="small" />
        <span class="line-row-words">
          <span class="line-row-name">{nameOf(line.sku)}</span>
          <span class="line-row-place">
            {line.aisle ? t('pick.aisle', { aisle: line.aisle }) : t('pick.noAisle')}
          </span>
          {line.collected > 0 && <span class="line-row-place">{plural('pick.isSold', line.collected)}</span>}
          {tooMany > 0 && (
            <span class="line-row-missing">
              <Icon name="alert" />
              {plural('pick.isTooMany', tooMany)}
            </span>
          )}
          {line.missing > 0 && (
            <span class="line-row-missing">
              <Icon name="cross" />
              {plural('pick.isMissing', line.missing)}
              {line.missingReason && `, ${t(`missing.${line.missingReason}`).toLowerCase()}`}
            </span>
          )}
        </span>
        <span class="line-row-count">
          {!isOpen && line.picked > 0 && <Icon name="check" />}
          <span>
            {line.picked} / {unitsToFind(line)}
          </span>
        </span>
      </button>
    </li>
  );
}

function stateOf(line: OrderLine): 'open' | 'found' | 'missing' {
  if (unitsLeft(line) > 0) return 'open';
  return line.missing > 0 ? 'missing' : 'found';
}
