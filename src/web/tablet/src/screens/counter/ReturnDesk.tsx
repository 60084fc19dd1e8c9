// Units come back from the customer: how many of each, and whether they can be sold again.
import { useSignal } from '@preact/signals';
import { fromHere } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { act, answerOrOffline, items } from '../../data/index.ts';
import type { OrderLine, OrderView } from '../../data/model.ts';
import { named, plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Picture } from '../../ui/Picture.tsx';
import { toast } from '../../ui/Toast.tsx';
import { OrderConflicts } from '../conflicts/OrderConflicts.tsx';
import { Stepper } from './HandOverLines.tsx';
import { type Condition, type Returned, returnBody, unitsOut } from './handOver.ts';
import { OrderHead } from './OrderHead.tsx';
import { PrintLink } from './PrintLink.tsx';
import { WayBack } from './WayBack.tsx';

export function ReturnDesk({ order: live }: { order: OrderView }) {
  const returned = useSignal<Readonly<Record<string, Returned>>>({});
  // As it was when the button was pressed: what comes back must not vanish before it is told what became of it.
  const frozen = useSignal<OrderView | null>(null);
  const isBusy = frozen.value !== null;
  const order = frozen.value ?? live;
  const lines = order.lines.filter((line) => unitsOut(line) > 0);
  const body = returnBody(order, returned.value);
  const units = body.lines.reduce((total, { quantity }) => total + quantity, 0);
  const set = (sku: string, change: Partial<Returned>) => {
    returned.value = {
      ...returned.value,
      [sku]: { units: 0, condition: 'sellable', ...returned.value[sku], ...change },
    };
  };
  const send = async () => {
    if (frozen.value !== null) return;
    frozen.value = order;
    const goTo = fromHere();
    const sent = await act({ kind: 'return', subject: order.id, body });
    const outcome = await answerOrOffline(sent.done);
    // Refused, it stands on the order.
    play(outcome?.ok === false ? 'wrong' : 'done');
    if (outcome === null) toast(plural('counter.return.kept', units), 'warn');
    else if (outcome.ok) toast(plural('counter.return.done', units), 'good');
    goTo('counter', order.id);
  };
  return (
    <>
      <WayBack>
        <PrintLink order={order} />
      </WayBack>
      <OrderHead order={order} />
      <OrderConflicts order={order} />
      <section class="desk-return">
        <h2>{t('counter.return.title')}</h2>
        {lines.length === 0 ? (
          <EmptyState icon="check" text={t('counter.return.nothing')} />
        ) : (
          <>
            <p>{t('counter.return.explain')}</p>
            <ul class="desk-bag">
              {lines.map((line) => (
                <li key={line.sku} class="desk-bag-line" data-sku={line.sku}>
                  <ReturnLine
                    line={line}
                    value={returned.value[line.sku]}
                    onChange={(change) => set(line.sku, change)}
                  />
                </li>
              ))}
            </ul>
            <Button
              look="main"
              icon="putBack"
              wide
              disabled={units === 0 || isBusy}
              onClick={() => void send()}
            >
              {units === 0 ? t('counter.return.none') : plural('counter.return.button', units)}
            </Button>
          </>
        )}
      </section>
    </>
  );
}

function ReturnLine({
  line,
  value,
  onChange,
}: {
  line: OrderLine;
  value: Returned | undefined;
  onChange: (change: Partial<Returned>) => void;
}) {
  const item = items.value.get(line.sku);
  const name = item === undefined ? line.sku : named(item.name);
  const conditions: readonly Condition[] = ['sellable', 'damaged'];
  const out = unitsOut(line);
  return (
    <>
      <Picture url={item?.imageUrl ?? null} />
      <div class="desk-bag-what">
        <strong>{name}</strong>
        <span class="desk-soft">
          {t('counter.sku', { sku: line.sku })} · {t('counter.return.out', { n: out })}
        </span>
      </div>
      <Stepper name={name} value={value?.units ?? 0} max={out} onChange={(units) => onChange({ units })} />
      <fieldset class="desk-conditions">
        <legend class="visually-hidden">{t('counter.return.condition', { name })}</legend>
        {conditions.map((condition) => (
          <Button
            key={condition}
            icon={condition === 'sellable' ? 'check' : 'alert'}
            pressed={(value?.condition ?? 'sellable') === condition}
            onClick={() => onChange({ condition })}
          >
            {t(`counter.return.${condition}`)}
          </Button>
        ))}
      </fieldset>
    </>
  );
}
