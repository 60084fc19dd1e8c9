// The lines at the counter: what is in the bag, and for a part how many units of each leave.
import { items } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { named, plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Picture } from '../../ui/Picture.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import { linesThere } from './handOver.ts';

export function HandOverLines({
  order,
  units,
  isPart,
  onChange,
}: {
  order: OrderView;
  units: Readonly<Record<string, number>>;
  /** With steppers. */
  isPart: boolean;
  onChange: (sku: string, units: number) => void;
}) {
  const there = new Map(linesThere(order).map(({ line, units: left }) => [line.sku, left]));
  return (
    <ul class="desk-bag">
      {order.lines.map((line) => {
        const item = items.value.get(line.sku);
        const name = item === undefined ? line.sku : named(item.name);
        const left = there.get(line.sku) ?? 0;
        const chosen = Math.min(left, units[line.sku] ?? left);
        return (
          <li
            class="desk-bag-line"
            key={line.sku}
            data-sku={line.sku}
            data-none={left === 0 ? '' : undefined}
          >
            <Picture url={item?.imageUrl ?? null} />
            <div class="desk-bag-what">
              <strong>{name}</strong>
              <span class="desk-soft">{t('counter.sku', { sku: line.sku })}</span>
              <span class="desk-bag-badges">
                {line.missing > 0 && (
                  <Badge tone="warn" icon="alert" text={plural('counter.missing', line.missing)} />
                )}
                {(line.refused ?? 0) > 0 && (
                  <Badge
                    tone="plain"
                    icon="cross"
                    text={plural('counter.refusedAlready', line.refused ?? 0)}
                  />
                )}
                {line.collected > 0 && (
                  <Badge
                    tone="plain"
                    icon="check"
                    text={plural('counter.collectedAlready', line.collected)}
                  />
                )}
              </span>
            </div>
            {isPart && left > 0 ? (
              <Stepper
                name={name}
                value={chosen}
                max={left}
                onChange={(value) => onChange(line.sku, value)}
              />
            ) : (
              <span class="desk-bag-units">{left} ×</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Units with one button less, one more. */
export function Stepper({
  name,
  value,
  max,
  onChange,
}: {
  name: string;
  value: number;
  max: number;
  onChange: (value: number) => void;
}) {
  return (
    <fieldset class="desk-stepper">
      <legend class="visually-hidden">{name}</legend>
      <Button
        label={t('counter.less', { name })}
        disabled={value <= 0}
        onClick={() => onChange(Math.max(0, value - 1))}
      >
        −
      </Button>
      <output aria-live="polite">
        <strong>{value}</strong> <span class="desk-soft">{t('counter.ofUnits', { n: max })}</span>
      </output>
      <Button
        label={t('counter.more', { name })}
        disabled={value >= max}
        onClick={() => onChange(Math.min(max, value + 1))}
      >
        +
      </Button>
    </fieldset>
  );
}
