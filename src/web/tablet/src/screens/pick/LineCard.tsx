// The line to pick now, large: what it is, where, how many, and what to do with it.
import type { OrderLine } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge, StatusBadge } from '../../ui/StatusBadge.tsx';
import { Aisle, ItemFacts } from './ItemFacts.tsx';
import { ItemPicture } from './ItemPicture.tsx';
import { nameOf } from './names.ts';
import { unitsLeft, unitsToFind, unitsTooMany } from './pickState.ts';

export type LineMoves = {
  onFound: (units: number) => void;
  onMissing: () => void;
  onTakeOut: () => void;
  onFoundAgain: () => void;
};

export function LineCard({ line, moves }: { line: OrderLine; moves: LineMoves }) {
  const left = unitsLeft(line);
  const all = unitsToFind(line);
  const tooMany = unitsTooMany(line);
  const name = nameOf(line.sku);
  return (
    <section class="line-card" data-line={line.sku} aria-label={t('pick.current')}>
      <div class="line-top">
        <ItemPicture sku={line.sku} size="large" />
        <div class="line-words">
          <Aisle aisle={line.aisle} />
          <h2>{name}</h2>
          {line.substitutes && <p>{t('pick.isReplaced', { name: nameOf(line.substitutes) })}</p>}
          <ItemFacts line={line} />
          <div class="order-marks">
            {line.atRisk && <StatusBadge state="atRisk" />}
            {line.collected > 0 && (
              <Badge tone="plain" icon="bag" text={plural('pick.isSold', line.collected)} />
            )}
            {tooMany > 0 && <Badge tone="bad" icon="alert" text={plural('pick.isTooMany', tooMany)} />}
            {line.missing > 0 && (
              <Badge tone="bad" icon="cross" text={plural('pick.isMissing', line.missing)} />
            )}
          </div>
        </div>
        <p class="line-count" data-done={left === 0 ? '' : undefined}>
          <span aria-hidden="true">
            <strong>{line.picked}</strong> / {all}
          </span>
          <span class="visually-hidden" aria-live="polite">
            {t('pick.progress', { done: line.picked, all })}
          </span>
        </p>
      </div>
      <LineButtons line={line} left={left} moves={moves} />
    </section>
  );
}

function LineButtons({ line, left, moves }: { line: OrderLine; left: number; moves: LineMoves }) {
  return (
    <>
      {left > 0 && (
        <div class="line-buttons">
          <Button look="main" icon="check" id="found" onClick={() => moves.onFound(left)}>
            {left === 1 ? t('pick.found') : t('pick.foundAll', { n: left })}
          </Button>
          {left > 1 && (
            <Button icon="check" onClick={() => moves.onFound(1)}>
              {t('pick.foundOne')}
            </Button>
          )}
          <Button icon="cross" id="missing" onClick={moves.onMissing}>
            {t('pick.missing')}
          </Button>
        </div>
      )}
      {(line.picked > 0 || line.missing > 0) && (
        <div class="line-undo">
          {line.picked > 0 && (
            <Button icon="putBack" onClick={moves.onTakeOut}>
              {t('pick.takeOut')}
            </Button>
          )}
          {line.missing > 0 && (
            <Button icon="putBack" onClick={moves.onFoundAgain}>
              {t('pick.foundAgain')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}
