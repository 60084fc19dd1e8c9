// The other places that have an article, the nearest first, each with how many, how far and by when.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { settings } from '../../app/settings.ts';
import { dayTime, plural, t } from '../../i18n/index.ts';
import { LOCALES } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import { type Place, shortList, withUnits } from './places.ts';

/** What a person reads before asking for something else. */
const STORES_MAX = 8;

export function PlaceList({
  places,
  children,
}: {
  places: readonly Place[];
  /** What can be done with each. */
  children?: (place: Place) => ComponentChildren;
}) {
  const isWhole = useSignal(false);
  const { found, without } = withUnits(places);
  if (found.length === 0) return <EmptyState icon="store" text={t('stock.nowhere')} />;
  const shown = isWhole.value ? found : shortList(found, STORES_MAX);
  const rest = found.length - shown.length;
  return (
    <>
      <ul class="place-list">
        {shown.map((place) => (
          <li key={place.code} class="place-row" data-place={place.code}>
            <PlaceWords place={place} />
            <Badge
              tone={place.isStale ? 'warn' : 'good'}
              icon={place.isStale ? 'alert' : 'check'}
              text={plural('stock.units', place.available)}
            />
            {children && <div class="place-actions">{children(place)}</div>}
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <Button
          icon="more"
          onClick={() => {
            isWhole.value = true;
          }}
        >
          {plural('stock.morePlaces', rest)}
        </Button>
      )}
      {without > 0 && <p class="stock-soft">{plural('stock.placesWithout', without)}</p>}
    </>
  );
}

export function PlaceWords({ place }: { place: Place }) {
  const { kind, name, distanceKm, readyAt, isStale } = place;
  const facts = [
    kind === 'warehouse' ? t('stock.warehouse') : null,
    distanceKm === null ? null : t('stock.km', { n: kilometres(distanceKm) }),
    readyAt === null ? null : t('stock.readyAt', { time: dayTime(readyAt) }),
    isStale ? t('stock.stale') : null,
  ].filter((fact) => fact !== null);
  return (
    <span class="place-name">
      <Icon name={kind === 'warehouse' ? 'box' : 'store'} />
      <span>
        <strong>{name}</strong>
        <span class="stock-soft">{facts.join(' · ')}</span>
      </span>
    </span>
  );
}

function kilometres(distance: number): string {
  const format = new Intl.NumberFormat(LOCALES[settings.value.language], {
    maximumFractionDigits: distance < 10 ? 1 : 0,
  });
  return format.format(distance);
}
