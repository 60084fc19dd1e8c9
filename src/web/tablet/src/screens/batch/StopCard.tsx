// A stop of the walk, large: the article, and each bag that wants some of it.
import { plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { shortName } from '../counter/findOrders.ts';
import { Aisle, ItemFacts } from '../pick/ItemFacts.tsx';
import { ItemPicture } from '../pick/ItemPicture.tsx';
import { nameOf } from '../pick/names.ts';
import { unitsLeft, unitsToFind, unitsTooMany } from '../pick/pickState.ts';
import { Letter } from './Letter.tsx';
import type { Share, Stop } from './walk.ts';

export function StopCard({
  stop,
  onFound,
  onMissing,
}: {
  stop: Stop;
  onFound: (share: Share, units: number) => void;
  onMissing: (share: Share) => void;
}) {
  const [first] = stop.shares;
  return (
    <section class="line-card" data-line={stop.sku} aria-label={t('pick.current')}>
      <div class="line-top">
        <ItemPicture sku={stop.sku} size="large" />
        <div class="line-words">
          <Aisle aisle={stop.aisle} />
          <h2>{nameOf(stop.sku)}</h2>
          {first !== undefined && <ItemFacts line={first.line} />}
        </div>
        <p class="line-count" data-done={stop.left === 0 ? '' : undefined}>
          <span aria-hidden="true">
            <strong>{stop.wanted - stop.left}</strong> / {stop.wanted}
          </span>
          <span class="visually-hidden">{plural('batch.wanted', stop.left)}</span>
        </p>
      </div>
      <ul class="shares">
        {stop.shares.map((share) => (
          <ShareRow
            key={share.bag.letter}
            share={share}
            onFound={(units) => onFound(share, units)}
            onMissing={() => onMissing(share)}
          />
        ))}
      </ul>
    </section>
  );
}

function ShareRow({
  share,
  onFound,
  onMissing,
}: {
  share: Share;
  onFound: (units: number) => void;
  onMissing: () => void;
}) {
  const { bag, line } = share;
  const left = unitsLeft(line);
  const tooMany = unitsTooMany(line);
  return (
    <li class="share" data-share={bag.letter}>
      <Letter letter={bag.letter} />
      <span class="line-row-words">
        <strong>{shortName(bag.order) ?? bag.order.orderReference}</strong>
        <span>
          {t('pick.progress', { done: line.picked, all: unitsToFind(line) })}
          {line.collected > 0 && `, ${plural('pick.isSold', line.collected)}`}
          {tooMany > 0 && `, ${plural('pick.isTooMany', tooMany)}`}
          {line.missing > 0 && `, ${plural('pick.isMissing', line.missing)}`}
        </span>
      </span>
      {left === 0 ? (
        <span class="share-done">
          <Icon name="check" />
          {t('batch.done')}
        </span>
      ) : (
        <span class="share-buttons">
          <Button
            look="main"
            icon="check"
            label={`${t('batch.found', { letter: bag.letter })} (${left})`}
            onClick={() => onFound(left)}
          >
            {left === 1 ? t('pick.found') : t('pick.foundAll', { n: left })}
          </Button>
          <Button icon="cross" label={t('batch.missing', { letter: bag.letter })} onClick={onMissing}>
            {t('pick.missing')}
          </Button>
        </span>
      )}
    </li>
  );
}
