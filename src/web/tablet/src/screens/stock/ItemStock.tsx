// One article: what it is, how many are here, where else it is, and what can be done about it.
import { fromHere, hrefTo } from '../../app/router.ts';
import { items } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { useScans } from '../../scan/scans.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { toast } from '../../ui/Toast.tsx';
import { AsSeen } from './AsSeen.tsx';
import { HereFigures } from './HereFigures.tsx';
import { ItemHead } from './ItemHead.tsx';
import { useLookup } from './lookups.ts';
import { PlaceList } from './PlaceList.tsx';
import { scannedArticle } from './scanned.ts';

export function ItemStock({ sku }: { sku: string }) {
  const { lookup, level, isReading, isOld } = useLookup(sku);
  useScans((code) => void openArticle(code));
  const item = items.value.get(sku);
  const back = (
    <div class="stock-actions">
      <ButtonLink href={hrefTo('stock')} icon="back">
        {t('stock.another')}
      </ButtonLink>
      <CameraButton />
    </div>
  );
  if (item === undefined) {
    return (
      <>
        {back}
        {isReading ? (
          <p role="status">{t('app.loading')}</p>
        ) : (
          <EmptyState isPage icon="cloudOff" text={t('stock.noAnswer')} />
        )}
      </>
    );
  }
  return (
    <>
      {back}
      {isOld && lookup !== null && <AsSeen at={lookup.at} />}
      <div class="stock-columns">
        <div class="stock-column">
          <ItemHead item={item} />
          <HereFigures sku={sku} level={level} aisle={lookup?.aisle ?? null} {...{ isReading, isOld }} />
          <div class="stock-actions">
            <ButtonLink look="main" icon="list" href={hrefTo('count', sku)}>
              {t('stock.count')}
            </ButtonLink>
            <ButtonLink icon="store" href={hrefTo('sell', sku)}>
              {t('stock.sellElsewhere')}
            </ButtonLink>
          </div>
        </div>
        <section class="stock-column">
          <h2>{t('stock.elsewhere')}</h2>
          {lookup === null ? (
            <p role="status">{t(isReading ? 'app.loading' : 'stock.noAnswer')}</p>
          ) : (
            <PlaceList places={lookup.places} />
          )}
        </section>
      </div>
    </>
  );
}

/** The next scan is the next article: nobody has to go back first. */
async function openArticle(code: string): Promise<void> {
  const goTo = fromHere();
  const item = await scannedArticle(code, (why) => toast(why, 'bad'));
  if (item !== null) goTo('stock', item.sku);
}
