// The order is ready: where it is, and what comes next. What was too early is reopened from here.
import { hrefTo } from '../../app/router.ts';
import { act, queue } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { startOrder } from '../queue/moves.ts';
import { isAwaiting } from '../queue/ringing.ts';
import './stage.css';

export function Staged({ order }: { order: OrderView }) {
  const next = [...queue.value.late, ...queue.value.new].find(
    (other) => other.status === 'confirmed' && !isAwaiting(other),
  );
  const reopen = () => act({ kind: 'reopen', subject: order.id, body: {} });
  return (
    <section class="staged" data-staged={order.id}>
      <p class="staged-sign">
        <Icon name="check" />
        <strong>{t('stage.isReady')}</strong>
      </p>
      <p class="staged-shelf">
        {order.shelf === null ? t('stage.noShelf') : t('stage.on', { shelf: order.shelf })}
      </p>
      <p>{t('stage.told')}</p>
      <div class="staged-actions">
        {next !== undefined && (
          <Button look="main" icon="arrow" onClick={() => void startOrder(next)}>
            {t('stage.next')}
          </Button>
        )}
        <ButtonLink icon="printer" href={hrefTo('print', 'label', order.id)}>
          {t('stage.print')}
        </ButtonLink>
        <ButtonLink icon="bag" href={hrefTo('counter', order.id)}>
          {t('stage.handOver')}
        </ButtonLink>
        <Button icon="putBack" onClick={() => void reopen()}>
          {t('stage.reopen')}
        </Button>
      </div>
    </section>
  );
}
