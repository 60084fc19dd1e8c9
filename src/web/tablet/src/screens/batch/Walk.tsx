// The walk: stop after stop by aisle, each unit into its bag, and at the end each bag onto its shelf.
import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { hrefTo } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { items, orders, shift } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { OrderConflicts } from '../conflicts/OrderConflicts.tsx';
import { MissingDialog } from '../pick/MissingDialog.tsx';
import { useArticles } from '../pick/names.ts';
import { isDone } from '../pick/pickState.ts';
import { Stage } from '../pick/Stage.tsx';
import { useArticleScans, useWrongScan } from '../pick/scanning.ts';
import { find, findScanned } from '../pick/steps.ts';
import { UndoBar } from '../pick/UndoBar.tsx';
import { WrongScan } from '../pick/WrongScan.tsx';
import { actionOf } from '../queue/cards.ts';
import { Bags } from './Bags.tsx';
import { StopCard } from './StopCard.tsx';
import { StopRow } from './StopRow.tsx';
import { bagsOf, type Share, type Stop, shareOfScan, walkOf } from './walk.ts';

export function Walk({ ids }: { ids: readonly string[] }) {
  const { bags, open, stops } = walkNow(ids);
  useArticles(stops.map(({ sku }) => sku));
  const [selected, select] = useState<string | null>(null);
  const [missing, setMissing] = useState<Share | null>(null);
  const into = useSignal<string | null>(null);
  const { wrong, clear, refuse } = useWrongScan();
  const current = stops.find(({ sku }) => sku === selected) ?? stops.find(({ left }) => left > 0) ?? null;
  const staging = open.find(({ order }) => isDone(order.lines)) ?? null;

  const showFound = ({ bag }: Share) => {
    clear();
    play('good');
    into.value = bag.letter;
  };
  /** True where the scan is of one of these orders. */
  const scan = (code: string): boolean => {
    if (shareOfScan(code, stops, items.value).kind === 'wrong') return false;
    void findScanned(() => {
      const meaning = shareOfScan(code, walkNow(ids).stops, items.value);
      if (meaning.kind !== 'found') {
        refuse(code, true);
        return null;
      }
      showFound(meaning.share);
      return { orderId: meaning.share.bag.order.id, sku: meaning.share.line.sku };
    });
    return true;
  };
  useArticleScans(
    stops.map(({ sku }) => sku),
    scan,
    refuse,
  );
  const missingNow = missing && orders.value.get(missing.bag.order.id);
  const missingLine = missingNow?.lines.find(({ sku }) => sku === missing?.line.sku);

  return (
    <>
      <header class="pick-header">
        <ButtonLink icon="back" href={hrefTo('queue')} label={t('action.back')} />
        <h1 class="pick-title">{t('batch.title')}</h1>
        <p class="batch-into" role="status" aria-live="assertive">
          {into.value !== null && current !== null && t('batch.into', { letter: into.value })}
        </p>
      </header>
      {bags.map(({ order }) => (
        <OrderConflicts key={order.id} order={order} />
      ))}
      <div class="picking">
        <div class="picking-now">
          {wrong.value !== null && (
            <WrongScan wrong={wrong.value} wanted={current?.sku ?? null} onClose={clear} />
          )}
          {staging !== null && current === null && (
            <Stage
              key={staging.order.id}
              order={staging.order}
              title={t('batch.stage', { letter: staging.letter })}
              onScan={scan}
            />
          )}
          {current !== null && (
            <StopCard
              stop={current}
              onFound={(share, units) => {
                select(null);
                showFound(share);
                void find(share.bag.order.id, share.line.sku, units);
              }}
              onMissing={setMissing}
            />
          )}
          {open.length === 0 && <Finished />}
          <UndoBar orderIds={open.map(({ order }) => order.id)} />
          <Bags bags={bags} />
        </div>
        {stops.length > 0 && <Stops stops={stops} current={current} onSelect={select} />}
      </div>
      {missingNow && missingLine && (
        <MissingDialog order={missingNow} line={missingLine} onClose={() => setMissing(null)} />
      )}
    </>
  );
}

/** The walk as it stands: all bags, those still to be filled, and where they take us. */
function walkNow(ids: readonly string[]) {
  const bags = bagsOf(ids.flatMap((id) => orders.value.get(id) ?? []));
  const open = bags.filter(({ order }) => isOurs(order));
  return { bags, open, stops: walkOf(open, (line) => line.aisle ?? null) };
}

function Stops({
  stops,
  current,
  onSelect,
}: {
  stops: readonly Stop[];
  current: Stop | null;
  onSelect: (sku: string) => void;
}) {
  return (
    <section class="picking-lines" aria-labelledby="stops-title">
      <h2 id="stops-title">{t('batch.stops')}</h2>
      <ul>
        {stops.map((stop) => (
          <StopRow
            key={stop.sku}
            stop={stop}
            isCurrent={stop.sku === current?.sku}
            onSelect={() => onSelect(stop.sku)}
          />
        ))}
      </ul>
    </section>
  );
}

function Finished() {
  return (
    <section class="staged">
      <p class="staged-sign">
        <Icon name="check" />
        <strong>{t('batch.allDone')}</strong>
      </p>
      <ButtonLink look="main" wide icon="list" href={hrefTo('queue')}>
        {t('pick.queue')}
      </ButtonLink>
    </section>
  );
}

/** In the walk are those that are being picked by who walks. */
function isOurs(order: OrderView): boolean {
  return order.status === 'picking' && actionOf(order, shift.value?.name ?? null) === 'goOn';
}
