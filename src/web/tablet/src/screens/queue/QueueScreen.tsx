// The queue: orders by column, live. Columns stand side by side where there is room, and are tabs where there is none.
import { useSignal } from '@preact/signals';
import { goTo, hrefTo } from '../../app/router.ts';
import { items, orders, queue } from '../../data/index.ts';
import type { Column } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { readOrderCode } from '../counter/orderCode.ts';
import { filtered, ordersOfScan } from './filter.ts';
import { OrderCard } from './OrderCard.tsx';
import { Search } from './Search.tsx';
import './queue.css';

type Shown = Exclude<Column, 'putBack'>;
const COLUMNS: readonly Shown[] = ['new', 'picking', 'ready', 'late'];
const ICONS: Record<Shown, IconName> = { new: 'bell', picking: 'basket', ready: 'bag', late: 'clock' };

export function QueueScreen() {
  const words = useSignal('');
  const tab = useSignal<Shown>('new');
  const notice = useSignal<string | null>(null);
  const shown = filtered(queue.value, words.value, items.value);
  const putBacks = queue.value.putBack.length;
  // The slips that a walk through the store begins with: of what nobody has begun.
  const toPrint = [...queue.value.late, ...queue.value.new]
    .filter(({ status }) => status === 'confirmed')
    .map(({ id }) => id);

  const search = (text: string) => {
    words.value = text;
    notice.value = null;
    const [only, ...others] = COLUMNS.filter(
      (one) => filtered(queue.value, text, items.value)[one].length > 0,
    );
    if (text !== '' && only !== undefined && others.length === 0) tab.value = only;
  };
  useScans((code) => {
    const id = readOrderCode(code)?.id;
    const found = ordersOfScan(orders.value.values(), id ?? code, items.value);
    const [first] = found;
    if (first !== undefined && (id !== undefined || found.length === 1)) goTo('pick', first.id);
    else if (found.length === 0) notice.value = t('queue.scannedNone', { code });
    else search(code);
  });

  return (
    <div class="queue-screen" data-screen="queue">
      <header class="queue-header">
        <h1>{t('queue.title')}</h1>
        <Search value={words.value} onChange={search} />
        <div class="queue-ways">
          {putBacks > 0 && (
            <ButtonLink
              icon="putBack"
              href={hrefTo('putback')}
              label={plural('queue.putBackCount', putBacks)}
            >
              {t('queue.putBack')} ({putBacks})
            </ButtonLink>
          )}
          {queue.value.new.length + queue.value.late.length > 1 && (
            <ButtonLink icon="list" href={hrefTo('batch')} label={t('queue.batchLabel')}>
              {t('queue.batch')}
            </ButtonLink>
          )}
          {toPrint.length > 0 && (
            <ButtonLink
              icon="printer"
              href={hrefTo('print', 'slip', toPrint.join(','))}
              label={plural('queue.print', toPrint.length)}
            />
          )}
        </div>
      </header>
      {notice.value !== null && (
        <p class="queue-notice" role="alert">
          <Icon name="alert" />
          {notice.value}
        </p>
      )}
      <Tabs
        current={tab.value}
        counts={(column) => shown[column].length}
        onChoose={(column) => (tab.value = column)}
      />
      <div class="queue">
        {COLUMNS.map((column) => (
          <section
            key={column}
            class="queue-column"
            data-column={column}
            data-current={column === tab.value ? '' : undefined}
            aria-labelledby={`column-${column}`}
          >
            <h2 id={`column-${column}`}>
              <Icon name={ICONS[column]} />
              {t(`queue.${column}`)}
              <span class="queue-count">{shown[column].length}</span>
            </h2>
            <ul class="queue-cards">
              {shown[column].map((order) => (
                <li key={order.id}>
                  <OrderCard order={order} column={column} />
                </li>
              ))}
            </ul>
            {shown[column].length === 0 && (
              <EmptyState
                icon={column === 'late' ? 'check' : ICONS[column]}
                text={t(queue.value[column].length > 0 ? 'queue.none.found' : `queue.none.${column}`)}
              />
            )}
          </section>
        ))}
      </div>
    </div>
  );
}

/** Which column a narrow screen shows. */
function Tabs({
  current,
  counts,
  onChoose,
}: {
  current: Shown;
  counts: (column: Shown) => number;
  onChoose: (column: Shown) => void;
}) {
  return (
    <fieldset class="queue-tabs">
      <legend class="visually-hidden">{t('queue.title')}</legend>
      {COLUMNS.map((column) => (
        <button
          key={column}
          type="button"
          class="queue-tab"
          data-column={column}
          data-filled={counts(column) > 0 ? '' : undefined}
          aria-pressed={column === current}
          onClick={() => onChoose(column)}
        >
          <span class="queue-tab-top">
            <Icon name={ICONS[column]} />
            <span class="queue-count">{counts(column)}</span>
          </span>
          {t(`queue.tab.${column}`)}
        </button>
      ))}
    </fieldset>
  );
}
