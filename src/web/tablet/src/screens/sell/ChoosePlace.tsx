// Where the article is, and which way the customer gets it from there.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hrefTo } from '../../app/router.ts';
import { items, online, wantItem } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ItemHead } from '../stock/ItemHead.tsx';
import { readPlaces } from '../stock/lookups.ts';
import { PlaceList } from '../stock/PlaceList.tsx';
import type { Place } from '../stock/places.ts';
import { Stepper } from '../transfers/Stepper.tsx';
import { QUANTITY_MAX } from './sale.ts';
import type { Chosen } from './sold.ts';

type Answer = 'reading' | 'noAnswer' | readonly Place[];

export function ChoosePlace({
  sku,
  quantity,
  onChoose,
}: {
  sku: string;
  quantity: Signal<number>;
  onChoose: (chosen: Chosen) => void;
}) {
  const answer = useSignal<Answer>('reading');
  const units = quantity.value;
  const isOnline = online.value;
  useEffect(() => {
    let isWanted = true;
    answer.value = 'reading';
    void wantItem(sku);
    void readPlaces(sku, units).then((places) => {
      if (isWanted) answer.value = places?.filter(({ available }) => available >= units) ?? 'noAnswer';
    });
    return () => {
      isWanted = false;
    };
  }, [sku, units, isOnline]);
  const item = items.value.get(sku);
  return (
    <>
      <div class="stock-actions">
        <ButtonLink href={hrefTo('sell')} icon="back">
          {t('stock.another')}
        </ButtonLink>
      </div>
      <div class="stock-column">
        <div class="sell-what">
          {item !== undefined && <ItemHead item={item} />}
          <Stepper
            label={t('sell.quantity')}
            of={sku}
            value={units}
            min={1}
            onSet={(value) => {
              quantity.value = Math.min(QUANTITY_MAX, value);
            }}
          />
        </div>
        <section class="stock-column">
          <h2>{t('sell.where')}</h2>
          <Places answer={answer.value} quantity={units} onChoose={onChoose} />
        </section>
      </div>
    </>
  );
}

function Places({
  answer,
  quantity,
  onChoose,
}: {
  answer: Answer;
  quantity: number;
  onChoose: (chosen: Chosen) => void;
}) {
  if (answer === 'reading') return <p role="status">{t('app.loading')}</p>;
  // Nobody knows without a network whether it is still there: a promise would be a guess.
  if (answer === 'noAnswer') return <EmptyState icon="cloudOff" text={t('sell.offline')} />;
  return (
    <PlaceList places={answer}>
      {(place) => (
        <>
          {place.canCollect && (
            <Button icon="store" onClick={() => onChoose({ place, quantity, way: 'pickup' })}>
              {t('sell.way.pickup')}
            </Button>
          )}
          <Button icon="truck" onClick={() => onChoose({ place, quantity, way: 'bring' })}>
            {t('sell.way.bring')}
          </Button>
          <Button icon="home" onClick={() => onChoose({ place, quantity, way: 'deliver' })}>
            {t('sell.way.deliver')}
          </Button>
        </>
      )}
    </PlaceList>
  );
}
