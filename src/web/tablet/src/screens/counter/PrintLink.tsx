// To the label of an order that is still in the store.
import { hrefTo } from '../../app/router.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { ButtonLink } from '../../ui/Button.tsx';

export function PrintLink({ order: { id, status } }: { order: Pick<OrderView, 'id' | 'status'> }) {
  if (status !== 'confirmed' && status !== 'picking' && status !== 'ready') return null;
  return (
    <ButtonLink href={hrefTo('print', 'label', id)} icon="printer">
      {t('counter.print')}
    </ButtonLink>
  );
}
