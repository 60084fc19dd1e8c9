// What a customer takes along who bought something that another place serves: where, when and with which code. As wide
// as the roll of the label printer. Unlike slips and labels it bears the code: it is in the customer's own hands.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { device } from '../../data/index.ts';
import type { Order } from '../../data/model.ts';
import { dayTime, t } from '../../i18n/index.ts';
import { shortName } from '../counter/findOrders.ts';
import { customerQr } from '../counter/orderCode.ts';
import { nameOf, useArticles } from '../pick/names.ts';
import { Qr } from '../print/Qr.tsx';
import { setRollPages } from '../print/roll.ts';
import { rollPages } from '../print/sheet.ts';
import { readPlace, type TicketPlace } from './ticketPlace.ts';
import '../../ui/print.css';

export function Ticket({ order }: { order: Order }) {
  const { id, lines, promise, payment, deliverTo, pickupCode, orderReference } = order;
  const sheet = useRef<HTMLElement>(null);
  const place = usePlace(order);
  useArticles(lines.map(({ sku }) => sku));
  const measure = () => setRollPages(rollPages([sheet.current?.offsetHeight ?? 0]));
  useLayoutEffect(measure);
  useEffect(() => () => setRollPages(''), []);
  return (
    <article class="sheet label ticket" ref={sheet} data-ticket={id} style={{ page: 'label-0' }}>
      <p class="label-term">{device.value?.location.name}</p>
      <ul class="label-lines">
        {lines.map((line) => (
          <li key={line.sku}>
            <strong>{line.quantity} ×</strong>
            <span>{nameOf(line.sku)}</span>
          </li>
        ))}
      </ul>
      {pickupCode !== undefined && (
        <>
          <Qr text={customerQr(id, pickupCode)} label={t('sell.qr')} onDrawn={measure} />
          <p>{t('sell.code')}</p>
          <p class="sale-code">{pickupCode}</p>
        </>
      )}
      <p class="ticket-where">
        <strong>{whereOf(order, place)}</strong>
        {deliverTo === null && place.address !== null && <span>{place.address}</span>}
      </p>
      {promise !== null && <p>{t('sell.ready', { time: dayTime(promise.readyAt) })}</p>}
      <p class={payment === 'online' ? undefined : 'label-due'}>
        {t(payment === 'online' ? 'sell.paid' : 'sell.toPay')}
      </p>
      <p class="label-hint">{[shortName(order), orderReference].filter(Boolean).join(' · ')}</p>
    </article>
  );
}

function whereOf({ deliverTo, location }: Order, { name }: TicketPlace): string {
  if (deliverTo !== null) return t('sell.then.deliver', { place: name });
  return t(location === device.value?.location.code ? 'sell.then.bring' : 'sell.then.pickup', {
    place: name,
  });
}

function usePlace({ location, lines }: Order): TicketPlace {
  const place = useSignal<TicketPlace>({ name: location, address: null });
  useEffect(() => {
    let isWanted = true;
    void readPlace(location, lines[0]?.sku ?? '').then((found) => {
      if (isWanted && found !== null) place.value = found;
    });
    return () => {
      isWanted = false;
    };
  }, [location]);
  return place.value;
}
