// What follows from a missing unit: the stock is corrected, other orders may be at risk, and the customer can be offered
// the rest, another article, or another store.
import { useEffect, useState } from 'preact/hooks';
import { levels, online, orders } from '../../data/index.ts';
import type { Alternative, OrderView } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Elsewhere } from './Elsewhere.tsx';
import { nameOf } from './names.ts';
import { Substitute } from './Substitute.tsx';
import type { Reported } from './steps.ts';

type Way = 'choose' | 'substitute' | 'elsewhere';

export function Aftermath({
  order,
  sku,
  reported,
  onClose,
}: {
  order: OrderView;
  sku: string;
  reported: Reported;
  onClose: () => void;
}) {
  const [way, setWay] = useState<Way>('choose');
  const alternatives = useAlternatives(reported);
  const back = () => setWay('choose');
  if (way === 'substitute') {
    return <Substitute order={order} sku={sku} units={reported.units} onBack={back} onClose={onClose} />;
  }
  if (way === 'elsewhere') {
    return (
      <Elsewhere
        order={order}
        lines={[{ sku, quantity: reported.units }]}
        alternatives={alternatives ?? []}
        onBack={back}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog
      title={t('missing.title', { name: nameOf(sku) })}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t('action.close')}</Button>}
    >
      <Corrected sku={sku} reported={reported} />
      <AtRisk sku={sku} except={order.id} />
      <h3>{t('missing.next')}</h3>
      <div class="ways">
        <WayButton
          icon="bag"
          title={t('missing.partial')}
          hint={t('missing.partialHint')}
          onClick={onClose}
        />
        <WayButton
          icon="sync"
          title={t('missing.substitute')}
          hint={t('missing.substituteHint')}
          onClick={() => setWay('substitute')}
        />
        <WayButton
          icon="truck"
          title={t('missing.elsewhere')}
          hint={hintOf(alternatives)}
          disabled={alternatives === null || alternatives.length === 0}
          onClick={() => setWay('elsewhere')}
        />
      </div>
    </Dialog>
  );
}

/** How many are here is told once the level has moved: before, the figure would be the one without the correction. */
function Corrected({ sku, reported: { units, levelVersion } }: { sku: string; reported: Reported }) {
  const level = levels.value.get(sku);
  const isMoved = level !== undefined && levelVersion !== null && level.version > levelVersion;
  return (
    <p class="corrected">
      <Icon name="check" />
      <span>
        {plural('missing.done', units)} {isMoved && t('missing.now', { n: level.onHand })}
      </span>
    </p>
  );
}

/** Orders of this store that the missing unit was promised to as well. */
function AtRisk({ sku, except }: { sku: string; except: string }) {
  const risky = [...orders.value.values()].filter(
    ({ id, lines }) => id !== except && lines.some((line) => line.sku === sku && line.atRisk),
  );
  if (risky.length === 0) return null;
  return (
    <p class="risky">
      <Icon name="alert" />
      <span>
        {plural('missing.risk', risky.length)}{' '}
        {risky.map(({ orderReference }) => orderReference ?? '').join(', ')}
      </span>
    </p>
  );
}

function WayButton({
  icon,
  title,
  hint,
  disabled,
  onClick,
}: {
  icon: IconName;
  title: string;
  hint: string;
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <button type="button" class="button way" disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
      <span class="way-words">
        <strong>{title}</strong>
        <span>{hint}</span>
      </span>
    </button>
  );
}

/** The server's offer; null until it came. */
function useAlternatives({ done }: Reported): readonly Alternative[] | null {
  const [found, setFound] = useState<readonly Alternative[] | null>(null);
  useEffect(() => {
    let isWanted = true;
    done.then(
      (outcome) => isWanted && setFound(outcome.ok ? alternativesIn(outcome.value) : []),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [done]);
  return found;
}

function hintOf(alternatives: readonly Alternative[] | null): string {
  if (alternatives === null) {
    return t(online.value ? 'missing.elsewhereWait' : 'missing.elsewhereOffline');
  }
  return alternatives.length === 0
    ? t('missing.elsewhereNone')
    : plural('missing.elsewhereHint', alternatives.length);
}

/** A move's answer is its order, which offers them where units are missing. */
function alternativesIn(value: unknown): readonly Alternative[] {
  return (value as { alternatives?: Alternative[] } | null)?.alternatives ?? [];
}
