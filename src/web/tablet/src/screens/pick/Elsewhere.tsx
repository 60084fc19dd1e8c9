// Another store has what is missing here: reserved there for the same customer, with its promise.
import { useSignal } from '@preact/signals';
import { hrefTo } from '../../app/router.ts';
import { act, answerOrOffline } from '../../data/index.ts';
import type { Alternative, Order, OrderView, SomeLine } from '../../data/model.ts';
import { dayTime, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { toast } from '../../ui/Toast.tsx';
import { shortName } from '../counter/findOrders.ts';
import { nameOf } from './names.ts';

export function Elsewhere({
  order,
  lines,
  alternatives,
  onBack,
  onClose,
}: {
  order: OrderView;
  lines: readonly SomeLine[];
  alternatives: readonly Alternative[];
  onBack: () => void;
  onClose: () => void;
}) {
  const isBusy = useSignal(false);
  const reserved = useSignal<{ id: string; location: string } | null>(null);
  const articles = lines.map(({ sku }) => nameOf(sku)).join(', ');
  const words = (location: string) =>
    t('missing.reserved', { location, name: shortName(order) ?? t('queue.customer') });
  const reserve = async ({ location }: Alternative) => {
    isBusy.value = true;
    const sent = await act({ kind: 'sell', subject: order.id, body: saleAt(order, location.code, lines) });
    const outcome = await answerOrOffline(sent.done);
    if (outcome?.ok) {
      // The last call of a sale answers with its reservation.
      reserved.value = { id: (outcome.value as Order).id, location: location.name };
      return;
    }
    // Refused, it stands among the conflicts.
    if (outcome === null) toast(t('missing.asked', { location: location.name }), 'warn');
    onClose();
  };
  if (reserved.value !== null) {
    return (
      <Dialog
        title={t('missing.elsewhereTitle', { name: articles })}
        onClose={onClose}
        actions={<Button onClick={onClose}>{t('action.close')}</Button>}
      >
        <p class="corrected">
          <Icon name="check" />
          {words(reserved.value.location)}
        </p>
        <ButtonLink icon="printer" href={`${hrefTo('sell')}?ticket=${reserved.value.id}`}>
          {t('sell.ticket')}
        </ButtonLink>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t('missing.elsewhereTitle', { name: articles })}
      onClose={onClose}
      actions={<Button onClick={onBack}>{t('missing.back')}</Button>}
    >
      <ul class="places">
        {alternatives.map((alternative) => (
          <li key={alternative.location.code} class="place">
            <span class="place-words">
              <strong>{alternative.location.name}</strong>
              <span>{placeWords(alternative)}</span>
            </span>
            <Button icon="check" disabled={isBusy.value} onClick={() => void reserve(alternative)}>
              {t('missing.reserveThere')}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function placeWords({ distanceKm, promise }: Alternative): string {
  const far = distanceKm === undefined ? [] : [t('missing.km', { n: Math.round(distanceKm) })];
  const due =
    promise === null ? t('missing.noPromise') : t('missing.promise', { time: dayTime(promise.readyAt) });
  return [...far, due].join(' · ');
}

/** Order references are unique: the first order's, with the store that takes over a part of it. */
function saleAt(order: OrderView, location: string, lines: readonly SomeLine[]) {
  const { customer, payment, orderReference, id } = order;
  return {
    place: {
      location,
      lines: [...lines],
      channel: 'store',
      ...(customer === null ? {} : { customer }),
      ...(payment === null ? {} : { payment }),
    },
    confirm: { orderReference: `${orderReference ?? id}/${location}` },
  };
}
