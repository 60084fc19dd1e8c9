// A line of a transfer that is unpacked: how many of it came fit for sale, damaged, or not at all.
import { t } from '../../i18n/index.ts';
import type { TextKey } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import { ItemPicture } from '../pick/ItemPicture.tsx';
import { nameOf } from '../pick/names.ts';
import { type Counting, countedOf, type Figure, stillToCome, type TransferLine } from './receiving.ts';
import { Stepper } from './Stepper.tsx';

const FIGURES: readonly Figure[] = ['received', 'damaged', 'lost'];

export function ReceiveLine({
  line,
  counting,
  onSet,
  onAll,
}: {
  line: TransferLine;
  counting: Counting;
  onSet: (figure: Figure, units: number) => void;
  onAll: () => void;
}) {
  const counted = countedOf(line, counting);
  const open = stillToCome(line, counting);
  const name = nameOf(line.sku);
  return (
    <li class="receive-line" data-line={line.sku} data-done={open === 0 ? '' : undefined}>
      <div class="receive-what">
        <ItemPicture sku={line.sku} />
        <span class="item-words">
          <strong>{name}</strong>
          <span class="stock-soft">{t('transfers.shipped', { n: line.shipped })}</span>
        </span>
        {open === 0 ? (
          <Badge tone="good" icon="check" text={t('transfers.lineDone')} />
        ) : (
          <Button icon="check" label={t('transfers.allOf', { name, n: open })} onClick={onAll}>
            {t('transfers.allOfShort', { n: open })}
          </Button>
        )}
      </div>
      <div class="receive-figures">
        {FIGURES.map((figure) => {
          const key: TextKey = `transfers.${figure}`;
          return (
            <Stepper
              key={figure}
              label={t(key)}
              of={name}
              value={counted[figure]}
              min={line[figure]}
              onSet={(units) => onSet(figure, units)}
            />
          );
        })}
      </div>
    </li>
  );
}
