// How many of an article are in this store, and what of them may be sold: the figures, with their words.
import { actions, now, orders } from '../../data/index.ts';
import type { Level } from '../../data/model.ts';
import { dayTime, duration, t } from '../../i18n/index.ts';
import type { TextKey } from '../../i18n/words.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import { touches } from './waiting.ts';

const FIGURES = ['onHand', 'reserved', 'available', 'incoming'] as const;

export function HereFigures({
  sku,
  level,
  aisle,
  isReading,
  isOld,
}: {
  sku: string;
  level: Level | null;
  aisle: string | null;
  isReading: boolean;
  /** No answer: what is not known here may be so all the same. */
  isOld: boolean;
}) {
  const isWaiting = actions.value.some((action) => touches(sku, action, orders.value));
  return (
    <section class="here">
      <h2>{t('stock.here')}</h2>
      {level === null ? (
        <p>{t(isReading ? 'app.loading' : isOld ? 'stock.noAnswer' : 'stock.neverStocked')}</p>
      ) : (
        <>
          <dl class="here-figures">
            {FIGURES.map((figure) => {
              const key: TextKey = `stock.${figure}`;
              return (
                <div key={figure} data-figure={figure} data-tone={toneOf(figure, level[figure])}>
                  <dt>{t(key)}</dt>
                  <dd>{level[figure]}</dd>
                </div>
              );
            })}
          </dl>
          {level.buffer > 0 && <p class="stock-soft">{t('stock.buffer', { n: level.buffer })}</p>}
        </>
      )}
      {(aisle !== null || !isOld) && (
        <p class="here-fact">
          <Icon name="pin" />
          {aisle === null ? t('stock.noAisle') : t('stock.aisleIs', { aisle })}
        </p>
      )}
      {(level !== null || !isOld) && (
        <p class="here-fact">
          <Icon name="clock" />
          {countedWords(level)}
        </p>
      )}
      {isWaiting && <Badge tone="warn" icon="sync" text={t('stock.waiting')} />}
    </section>
  );
}

function toneOf(figure: (typeof FIGURES)[number], units: number): string | undefined {
  if (figure === 'onHand' && units < 0) return 'bad';
  if (figure !== 'available') return undefined;
  return units > 0 ? 'good' : 'bad';
}

function countedWords(level: Level | null): string {
  if (level?.countedAt == null) return t('stock.neverCounted');
  const age = now.value - Date.parse(level.countedAt);
  return t('stock.counted', { time: dayTime(level.countedAt), age: duration(age) });
}
