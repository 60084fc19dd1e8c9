// Units are not there: how many, why, and then what follows from it.
import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { levels } from '../../data/index.ts';
import { MISSING_REASONS, type MissingReason, type OrderLine, type OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Aftermath } from './Aftermath.tsx';
import { nameOf } from './names.ts';
import { unitsLeft } from './pickState.ts';
import { miss, type Reported } from './steps.ts';
import './missing.css';

const ICONS: Record<MissingReason, IconName> = {
  not_found: 'search',
  damaged: 'alert',
  display_only: 'pin',
  mismatch: 'barcode',
};

export function MissingDialog({
  order,
  line,
  onClose,
}: {
  order: OrderView;
  line: OrderLine;
  onClose: () => void;
}) {
  const left = unitsLeft(line);
  const units = useSignal(left);
  const [reported, setReported] = useState<Reported | null>(null);
  // A scan while this is asked would be taken for the order's: nobody means it.
  useScans(() => undefined);
  const report = async (reason: MissingReason) => {
    const levelVersion = levels.value.get(line.sku)?.version ?? null;
    const told = await miss(order.id, line.sku, units.value, reason);
    if (told === null) onClose();
    else setReported({ ...told, levelVersion });
  };
  if (reported !== null) {
    return <Aftermath order={order} sku={line.sku} reported={reported} onClose={onClose} />;
  }
  return (
    <Dialog
      title={t('missing.title', { name: nameOf(line.sku) })}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t('action.cancel')}</Button>}
    >
      {left > 1 && (
        <HowMany value={Math.min(units.value, left)} max={left} onChange={(value) => (units.value = value)} />
      )}
      <fieldset class="reasons">
        <legend>{t('missing.why')}</legend>
        {MISSING_REASONS.map((reason) => (
          <Button key={reason} look="plain" icon={ICONS[reason]} onClick={() => void report(reason)}>
            {t(`missing.${reason}`)}
          </Button>
        ))}
      </fieldset>
    </Dialog>
  );
}

function HowMany({
  value,
  max,
  onChange,
}: {
  value: number;
  max: number;
  onChange: (value: number) => void;
}) {
  return (
    <fieldset class="how-many">
      <legend>{t('missing.howMany')}</legend>
      <Button label={t('missing.fewer')} disabled={value <= 1} onClick={() => onChange(value - 1)}>
        −
      </Button>
      <output aria-live="polite">
        {value} / {max}
      </output>
      <Button label={t('missing.more')} disabled={value >= max} onClick={() => onChange(value + 1)}>
        +
      </Button>
    </fieldset>
  );
}
