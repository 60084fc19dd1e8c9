// The label for the bag, on an endless roll of 62 mm: read from two metres away, and no use to a thief.
import { items } from '../../data/index.ts';
import { named, plural, t } from '../../i18n/index.ts';
import { Qr } from './Qr.tsx';
import { deliveryOf, paymentOf, promiseOf } from './Slip.tsx';
import type { Sheet } from './sheet.ts';

/** More lines do not help whoever looks for a bag. */
const LINES_MAX = 6;

export function Label({ sheet, place, onDrawn }: { sheet: Sheet; place: number; onDrawn: () => void }) {
  const shown = sheet.lines.slice(0, LINES_MAX);
  const more = sheet.lines.length - shown.length;
  return (
    // Its own page, so that the roll is cut where its content ends.
    <article class="sheet label" data-sheet={sheet.id} style={{ page: `label-${place}` }}>
      <header class="label-head">
        <div class="label-shelf">
          <span class="label-term">{t('print.shelf')}</span>
          <strong data-long={(sheet.shelf?.length ?? 0) > 4 ? '' : undefined}>{sheet.shelf ?? ' '}</strong>
        </div>
        <Qr text={sheet.qr} label={t('print.qr', { order: sheet.reference })} onDrawn={onDrawn} />
      </header>
      <p class="label-customer">{sheet.customer ?? t('print.noCustomer')}</p>
      <p class="label-reference">{sheet.reference}</p>
      <p class="label-promise">
        {sheet.deliveryCity === null ? promiseOf(sheet) : deliveryOf(sheet)} ·{' '}
        {plural('unit.units', sheet.units)}
      </p>
      {sheet.payment === 'in_store' && <p class="label-due">{paymentOf(sheet)}</p>}
      <ul class="label-lines">
        {shown.map((line) => {
          const item = items.value.get(line.sku);
          return (
            <li key={line.sku}>
              <strong>{line.quantity} ×</strong>
              <span>{item === undefined ? line.sku : named(item.name)}</span>
              <span class="label-aisle">{line.aisle}</span>
            </li>
          );
        })}
      </ul>
      {more > 0 && <p class="label-hint">{plural('print.more', more)}</p>}
      {sheet.deliveryCity === null && <p class="label-hint">{t('print.codeHint')}</p>}
    </article>
  );
}
