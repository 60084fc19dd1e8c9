// An order at the counter: handed over where it is ready, and where it is not, why, and what there is to do instead.
import { hrefTo } from '../../app/router.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { OrderConflicts } from '../conflicts/OrderConflicts.tsx';
import { Done } from './Done.tsx';
import { HandOverDesk } from './HandOverDesk.tsx';
import { HandOverLines } from './HandOverLines.tsx';
import { unitsOut } from './handOver.ts';
import { OrderHead } from './OrderHead.tsx';
import { PrintLink } from './PrintLink.tsx';
import { isUnanswered, Unanswered } from './Unanswered.tsx';
import { useDesk } from './useDesk.ts';
import { WayBack } from './WayBack.tsx';

export function OrderDesk({ order: live }: { order: OrderView }) {
  const desk = useDesk(live);
  if (desk.result !== null) return <Done order={desk.order} result={desk.result} />;
  const { order } = desk;
  const head = (
    <>
      <WayBack>
        <PrintLink order={order} />
      </WayBack>
      <OrderHead order={order} />
      <OrderConflicts order={live} />
    </>
  );
  if (order.status === 'ready') return <HandOverDesk desk={desk} head={head} />;
  return (
    <>
      {head}
      {isUnanswered(order) ? <Unanswered /> : <NotReady order={order} />}
    </>
  );
}

function NotReady({ order }: { order: OrderView }) {
  const { status, takenBy } = order;
  const isOver = status === 'cancelled' || status === 'expired';
  const text =
    status === 'picking' && takenBy !== null
      ? t('counter.notReady.pickingBy', { name: takenBy })
      : status === 'ready'
        ? ''
        : t(`counter.notReady.${status}`);
  return (
    <section class="desk-not-ready">
      <p class="desk-not-ready-why" data-tone={isOver ? 'bad' : 'info'}>
        <Icon name={isOver ? 'alert' : status === 'collected' ? 'check' : 'clock'} />
        {text}
      </p>
      <HandOverLines order={order} units={{}} isPart={false} onChange={() => undefined} />
      <div class="desk-more">
        {(status === 'confirmed' || status === 'picking') && (
          <ButtonLink href={hrefTo('pick', order.id)} icon="hand" look="main">
            {t('counter.toPick')}
          </ButtonLink>
        )}
        {order.putBackPending && (
          <ButtonLink href={hrefTo('putback')} icon="putBack" look="main">
            {t('counter.toPutBack')}
          </ButtonLink>
        )}
        {order.lines.some((line) => unitsOut(line) > 0) && (
          <ButtonLink href={hrefTo('counter', order.id, 'return')} icon="putBack">
            {t('counter.return')}
          </ButtonLink>
        )}
      </div>
    </section>
  );
}
