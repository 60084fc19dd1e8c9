// One order whose units are to be put back: where they lie, where each of them belongs, how many are back.
import { items, now } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { duration, named, plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Badge, StatusBadge } from '../../ui/StatusBadge.tsx';
import { OrderConflicts } from '../conflicts/OrderConflicts.tsx';
import { shortName } from '../counter/findOrders.ts';
import { note, progress } from './progress.ts';
import { isAllBack, type PutBackLine, putBackLines } from './putBackList.ts';

export function PutBackOrder({ order, onDone }: { order: OrderView; onDone: () => void }) {
  const lines = putBackLines(order, progress.value);
  const left = lines.reduce((total, { units, done }) => total + units - done, 0);
  return (
    <Card tone="warn" id={order.id}>
      <header class="putback-head">
        <h2>
          <Icon name="pin" />
          {order.shelf === null ? t('putBack.noShelf') : t('putBack.from', { shelf: order.shelf })}
        </h2>
        {order.status === 'ready' ? (
          <Badge tone="plain" icon="cross" text={t('putBack.refused')} />
        ) : (
          <StatusBadge state={order.status} />
        )}
        <p class="putback-soft">
          {[
            order.orderReference,
            shortName(order),
            t('putBack.since', { time: duration(now.value - Date.parse(order.updatedAt)) }),
          ]
            .filter((part) => part !== null)
            .join(' · ')}
        </p>
      </header>
      <OrderConflicts order={order} />
      <ul class="putback-lines">
        {lines.map((line) => (
          <li key={line.sku}>
            <Line order={order} line={line} />
          </li>
        ))}
      </ul>
      <Button look="main" icon="check" wide disabled={!isAllBack(lines)} onClick={onDone}>
        {isAllBack(lines) ? t('putBack.finish') : plural('putBack.left', left)}
      </Button>
    </Card>
  );
}

function Line({ order, line: { sku, units, done } }: { order: OrderView; line: PutBackLine }) {
  const item = items.value.get(sku);
  const name = item === undefined ? sku : named(item.name);
  const aisle = order.lines.find((line) => line.sku === sku)?.aisle ?? item?.aisle ?? null;
  const isBack = done >= units;
  return (
    <div class="putback-line" data-done={isBack ? '' : undefined} data-sku={sku}>
      <div class="putback-what">
        <strong>{name}</strong>
        <span class="putback-soft">
          {aisle === null ? t('putBack.noAisle') : t('putBack.aisle', { aisle })} · {sku}
        </span>
      </div>
      <Badge
        tone={isBack ? 'good' : 'plain'}
        icon={isBack ? 'check' : 'putBack'}
        text={t('putBack.progress', { done, units })}
      />
      <div class="putback-buttons">
        {done > 0 && (
          <Button
            look="quiet"
            icon="back"
            label={t('putBack.undo', { name })}
            onClick={() => note(order.id, sku, done - 1)}
          />
        )}
        {!isBack && (
          <Button
            icon="putBack"
            label={t('putBack.one', { name })}
            onClick={() => note(order.id, sku, done + 1)}
          >
            {t('putBack.oneShort')}
          </Button>
        )}
      </div>
    </div>
  );
}
