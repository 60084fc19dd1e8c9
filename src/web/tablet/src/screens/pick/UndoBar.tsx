// The last step, and the way back from it: one tap, since the next customer is waiting.
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { nameOf } from './names.ts';
import { steps, undo } from './steps.ts';

export function UndoBar({ orderIds }: { orderIds: readonly string[] }) {
  const last = steps.value.findLast(({ orderId }) => orderIds.includes(orderId));
  if (last === undefined) return null;
  const isFound = last.kind === 'found';
  const name = `${nameOf(last.sku)}${last.units > 1 ? ` × ${last.units}` : ''}`;
  return (
    <div class="undo" data-undo={last.kind}>
      <Icon name={isFound ? 'check' : 'cross'} />
      <span class="undo-words">{t(isFound ? 'pick.undoFound' : 'pick.undoMissing', { name })}</span>
      <Button icon="putBack" onClick={() => void undo(last)}>
        {t('pick.undo')}
      </Button>
    </div>
  );
}
