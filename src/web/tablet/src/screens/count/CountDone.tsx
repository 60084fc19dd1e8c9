// After a count: what was counted, what it changed, and where it is: taken, waiting for the network, or refused.
import { hrefTo } from '../../app/router.ts';
import { items } from '../../data/index.ts';
import type { Outcome } from '../../data/model.ts';
import { named, plural, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import { countList } from './countList.ts';

export function CountDone({
  sku,
  units,
  expected,
  outcome,
  onAgain,
}: {
  sku: string;
  units: number;
  expected: number | null;
  /** Null: not sent yet. */
  outcome: Outcome | null;
  onAgain: () => void;
}) {
  const item = items.value.get(sku);
  const [next] = countList.last()?.value ?? [];
  const isRefused = outcome !== null && !outcome.ok;
  return (
    <section class="count-done" role="status" data-count={isRefused ? 'refused' : 'done'}>
      <h1>{item === undefined ? sku : named(item.name)}</h1>
      <p class="count-big">{plural('count.units', units)}</p>
      {isRefused ? (
        <p class="stock-old" data-tone="bad">
          <Icon name="alert" />
          {t(outcome.problem.code === 'stale-count' ? 'count.stale' : 'count.refused')}
        </p>
      ) : (
        <>
          <p>{differenceWords(units, expected)}</p>
          {outcome === null ? (
            <Badge tone="warn" icon="sync" text={t('status.waiting')} />
          ) : (
            <Badge tone="good" icon="check" text={t('count.taken')} />
          )}
        </>
      )}
      <div class="stock-actions">
        {isRefused && (
          <Button look="main" icon="sync" onClick={onAgain}>
            {t('count.again')}
          </Button>
        )}
        {next !== undefined && !isRefused && (
          <ButtonLink look="main" icon="arrow" href={hrefTo('count', next.sku)}>
            {t('count.next', { name: named(next.name) })}
          </ButtonLink>
        )}
        <ButtonLink icon="list" href={hrefTo('count')}>
          {t('count.toList')}
        </ButtonLink>
      </div>
    </section>
  );
}

function differenceWords(units: number, expected: number | null): string {
  if (expected === null) return t('count.saved');
  const difference = units - expected;
  if (difference === 0) return t('count.same');
  return difference > 0 ? plural('count.more', difference) : plural('count.less', -difference);
}
