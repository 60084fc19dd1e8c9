// The pick slip, A4: what to fetch, where it is, and room for a pen.
import { device, items, now } from '../../data/index.ts';
import { dayTime, named, plural, t } from '../../i18n/index.ts';
import { Qr } from './Qr.tsx';
import type { Sheet, SheetLine } from './sheet.ts';

export function Slip({ sheet, onDrawn }: { sheet: Sheet; onDrawn: () => void }) {
  return (
    <article class="sheet slip" data-sheet={sheet.id}>
      <header class="slip-head">
        <div>
          <p class="slip-kind">{t('print.slipTitle')}</p>
          <p class="slip-reference">{sheet.reference}</p>
          <p class="slip-customer">{sheet.customer ?? t('print.noCustomer')}</p>
        </div>
        <Qr text={sheet.qr} label={t('print.qr', { order: sheet.reference })} onDrawn={onDrawn} />
      </header>
      <dl class="slip-facts">
        <Fact term={t('print.promise')} text={promiseOf(sheet)} />
        <Fact term={t('print.shelf')} text={sheet.shelf} />
        <Fact term={t('print.payment')} text={paymentOf(sheet)} isStrong={sheet.payment === 'in_store'} />
        <Fact term={t('print.staff')} text={sheet.staff} />
      </dl>
      <table class="slip-lines">
        <thead>
          <tr>
            <th scope="col">{t('print.aisle')}</th>
            <th scope="col">{t('print.item')}</th>
            <th scope="col" class="slip-number">
              {t('print.quantity')}
            </th>
            <th scope="col" class="slip-number">
              {t('print.found')}
            </th>
          </tr>
        </thead>
        <tbody>
          {sheet.lines.map((line) => (
            <Line key={line.sku} line={line} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={4}>
              {plural('unit.lines', sheet.lines.length)}, {plural('unit.units', sheet.units)}
            </td>
          </tr>
        </tfoot>
      </table>
      <div class="slip-notes">{t('print.notes')}</div>
      <footer class="slip-foot">
        <p>{sheet.deliveryCity === null ? t('print.codeHint') : deliveryOf(sheet)}</p>
        <p>
          {device.value?.location.name} · {t('print.printedAt', { time: dayTime(now.value) })}
        </p>
      </footer>
    </article>
  );
}

/** What is not known yet is a line to write on. */
function Fact({ term, text, isStrong }: { term: string; text: string | null; isStrong?: boolean }) {
  return (
    <div class="slip-fact" data-strong={isStrong ? '' : undefined}>
      <dt>{term}</dt>
      <dd>{text ?? ' '}</dd>
    </div>
  );
}

function Line({ line }: { line: SheetLine }) {
  const item = items.value.get(line.sku);
  const barcode = item?.barcodes[0];
  return (
    <tr>
      <td class="slip-aisle">{line.aisle ?? '–'}</td>
      <td>
        <strong>{item === undefined ? line.sku : named(item.name)}</strong>
        <span class="slip-codes">
          {t('print.sku', { sku: line.sku })}
          {barcode !== undefined && ` · ${barcode}`}
        </span>
      </td>
      <td class="slip-number slip-quantity">{line.quantity}</td>
      <td class="slip-number">
        <span class="slip-box">{line.isPicked ? '✓' : ''}</span>
      </td>
    </tr>
  );
}

export function promiseOf({ promisedAt }: Sheet): string {
  return promisedAt === null ? t('print.noPromise') : dayTime(promisedAt);
}

export function paymentOf({ payment }: Sheet): string {
  if (payment === null) return t('print.paymentUnknown');
  return t(payment === 'online' ? 'print.paid' : 'print.due');
}

export function deliveryOf({ deliveryCity }: Sheet): string {
  return deliveryCity ? t('print.deliveryTo', { city: deliveryCity }) : t('print.delivery');
}
