// The server has not answered yet whether an order may be handed over, in a store that does so on its word alone.
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { isOnlineOnly } from './useDesk.ts';

/** Of an order that is opened again: what is shown of it is what it will be if the server takes the hand-over. */
export function isUnanswered({ pending }: Pick<OrderView, 'pending'>): boolean {
  return isOnlineOnly() && pending.includes('collect');
}

export function Unanswered() {
  return (
    <p class="desk-send-note" data-tone="bad" role="alert">
      <Icon name="cloudOff" />
      {t('counter.unanswered')}
    </p>
  );
}
