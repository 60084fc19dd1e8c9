// Printing slips and labels, of one order or of several: what is chosen is seen as it will come out.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { items, orders } from '../../data/index.ts';
import { plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChooseOrders } from './ChooseOrders.tsx';
import { Label } from './Label.tsx';
import { setRollPages } from './roll.ts';
import { Slip } from './Slip.tsx';
import { askedFor, KINDS, type Kind, printable, rollPages, sheetOf } from './sheet.ts';
import '../../ui/print.css';
import './print.css';

export function PrintScreen({ params }: { params: readonly string[] }) {
  const asked = askedFor(params);
  const kind = useSignal<Kind>(asked.kind);
  const chosen = useSignal<ReadonlySet<string>>(new Set(asked.ids));
  useEffect(() => {
    kind.value = asked.kind;
    chosen.value = new Set(asked.ids);
  }, [params.join('/')]);
  const all = printable(orders.value.values(), asked.ids);
  const sheets = all.filter(({ id }) => chosen.value.has(id)).map((order) => sheetOf(order, items.value));
  if (all.length === 0) return <EmptyState isPage icon="printer" text={t('print.none')} />;
  return (
    <div class="print">
      <div class="print-controls">
        <h1>{t('print.title')}</h1>
        <fieldset class="choice">
          <legend>{t('print.kind')}</legend>
          {KINDS.map((one) => (
            <Button
              key={one}
              icon={one === 'slip' ? 'list' : 'bag'}
              pressed={kind.value === one}
              onClick={() => {
                kind.value = one;
              }}
            >
              {t(`print.${one}`)}
            </Button>
          ))}
        </fieldset>
        <ChooseOrders
          orders={all}
          chosen={chosen.value}
          onChoose={(next) => {
            chosen.value = next;
          }}
        />
        <Button look="main" icon="printer" wide disabled={sheets.length === 0} onClick={() => print()}>
          {sheets.length === 0 ? t('print.choose') : plural('print.button', sheets.length)}
        </Button>
      </div>
      <Preview kind={kind.value} sheets={sheets} />
    </div>
  );
}

function Preview({ kind, sheets }: { kind: Kind; sheets: readonly ReturnType<typeof sheetOf>[] }) {
  const place = useRef<HTMLElement>(null);
  const measure = () => {
    const labels = place.current?.querySelectorAll<HTMLElement>('.label') ?? [];
    setRollPages(rollPages([...labels].map((label) => label.offsetHeight)));
  };
  useLayoutEffect(measure);
  useEffect(() => () => setRollPages(''), []);
  return (
    <section class="print-preview" ref={place} aria-label={t('print.preview')}>
      {sheets.map((sheet, at) =>
        kind === 'slip' ? (
          <Slip key={sheet.id} sheet={sheet} onDrawn={measure} />
        ) : (
          <Label key={sheet.id} sheet={sheet} place={at} onDrawn={measure} />
        ),
      )}
    </section>
  );
}
