// Asks before an order is taken from a colleague.
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { startOrder } from './moves.ts';

export function TakeOver({ order, onClose }: { order: OrderView; onClose: () => void }) {
  const { takenBy, orderReference } = order;
  return (
    <Dialog
      title={t('takeOver.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button
            look="main"
            icon="hand"
            onClick={() => {
              onClose();
              void startOrder(order, true);
            }}
          >
            {t('takeOver.do')}
          </Button>
        </>
      }
    >
      <p>{t('takeOver.ask', { name: takenBy ?? '', reference: orderReference ?? '' })}</p>
    </Dialog>
  );
}
