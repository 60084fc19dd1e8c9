// A line of a transfer that is loaded: how many were asked for, how many are here, how many are on the lorry.
import { items, levels } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import { ItemPicture } from '../pick/ItemPicture.tsx';
import { nameOf } from '../pick/names.ts';
import type { TransferLine } from './receiving.ts';
import { Stepper } from './Stepper.tsx';

export function ShipLine({
  line,
  units,
  onSet,
}: {
  line: TransferLine;
  units: number;
  onSet: (units: number) => void;
}) {
  const name = nameOf(line.sku);
  const level = levels.value.get(line.sku);
  const left = line.quantity - units;
  const aisle = items.value.get(line.sku)?.aisle ?? null;
  const facts = [
    t('transfers.toPack', { n: line.quantity }),
    level !== undefined && t('transfers.here', { n: level.onHand }),
    aisle !== null && t('pick.aisle', { aisle }),
  ];
  return (
    <li class="receive-line" data-line={line.sku} data-done={left === 0 ? '' : undefined}>
      <div class="receive-what">
        <ItemPicture sku={line.sku} />
        <span class="item-words">
          <strong>{name}</strong>
          <span class="stock-soft">{facts.filter(Boolean).join(' · ')}</span>
          {line.atRisk && (
            <span class="transfer-badges">
              <Badge tone="warn" icon="alert" text={t('transfers.atRisk')} />
            </span>
          )}
        </span>
        {left === 0 ? (
          <Badge tone="good" icon="check" text={t('transfers.lineDone')} />
        ) : (
          <Button
            icon="check"
            label={t('transfers.allOf', { name, n: left })}
            onClick={() => onSet(line.quantity)}
          >
            {t('transfers.allOfShort', { n: left })}
          </Button>
        )}
      </div>
      <div class="receive-figures">
        <Stepper label={t('transfers.packed')} of={name} value={units} min={0} onSet={onSet} />
      </div>
    </li>
  );
}
