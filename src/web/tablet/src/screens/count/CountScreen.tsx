// Counting: what the server doubts most, or any article; one is counted with a number pad or by scanning its units.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { goTo, hrefTo } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { actions, online } from '../../data/index.ts';
import { plural, t } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { AsSeen } from '../stock/AsSeen.tsx';
import { FindItem } from '../stock/FindItem.tsx';
import { ItemList } from '../stock/ItemList.tsx';
import { StockTabs } from '../stock/StockTabs.tsx';
import { CountItem } from './CountItem.tsx';
import { countList, type Doubted, readCountList } from './countList.ts';
import { type Reason, wordsFor } from './reasons.ts';
import './count.css';

export function CountScreen({ params }: ScreenProps) {
  const [sku] = params;
  return (
    <div class="stock">
      <StockTabs current="count" />
      {sku ? <CountItem key={sku} sku={sku} /> : <ToCount />}
    </div>
  );
}

const hrefOf = (sku: string) => hrefTo('count', sku);

function ToCount() {
  const isReading = useSignal(true);
  const isOld = useSignal(false);
  const isOnline = online.value;
  useEffect(() => {
    let isWanted = true;
    void readCountList().then((isRead) => {
      if (!isWanted) return;
      isReading.value = false;
      isOld.value = !isRead;
    });
    return () => {
      isWanted = false;
    };
  }, [isOnline]);
  const last = countList.last();
  const listed = (last?.value ?? []).filter(({ sku }) => !isCounted(sku));
  return (
    <>
      <h1 class="visually-hidden">{t('count.title')}</h1>
      <FindItem href={hrefOf} onFound={(sku) => goTo('count', sku)} />
      <section>
        <h2>{t('count.list')}</h2>
        {isOld.value && last !== null && <AsSeen at={last.at} />}
        {listed.length > 0 && <p class="stock-soft">{t('count.listHint')}</p>}
        <DoubtedList listed={listed} isReading={isReading.value && last === null} isOld={isOld.value} />
      </section>
    </>
  );
}

/** A count that waits to be sent: nobody counts it twice meanwhile. */
function isCounted(sku: string): boolean {
  return actions.value.some(
    ({ kind, subject, state }) => kind === 'count' && subject === `stock/${sku}` && state !== 'refused',
  );
}

function DoubtedList({
  listed,
  isReading,
  isOld,
}: {
  listed: readonly Doubted[];
  isReading: boolean;
  isOld: boolean;
}) {
  if (isReading) return <p role="status">{t('app.loading')}</p>;
  if (listed.length === 0) {
    return (
      <EmptyState icon={isOld ? 'cloudOff' : 'check'} text={t(isOld ? 'stock.noAnswer' : 'count.nothing')} />
    );
  }
  return (
    <ItemList items={listed} href={hrefOf}>
      {({ reasons }) => (
        <span class="count-reasons">
          {reasons.map((reason) => (
            <span key={reason.reason} class="count-reason">
              <Icon name="alert" />
              {reasonText(reason)}
            </span>
          ))}
        </span>
      )}
    </ItemList>
  );
}

function reasonText(reason: Reason): string {
  const words = wordsFor(reason);
  return 'plural' in words ? plural(words.plural, words.n) : t(words.key);
}
