// Selling what is not here to a customer who is: the article, where it is, whose it will be, and the proof of it.
import { useSignal } from '@preact/signals';
import { goTo, hrefTo } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { t } from '../../i18n/index.ts';
import { FindItem } from '../stock/FindItem.tsx';
import { StockTabs } from '../stock/StockTabs.tsx';
import { ChoosePlace } from './ChoosePlace.tsx';
import { SaleForm } from './SaleForm.tsx';
import { SaleResult } from './SaleResult.tsx';
import { SoldHere, TicketAgain } from './SoldHere.tsx';
import type { Chosen, Sold } from './sold.ts';
import './sell.css';

export function SellScreen({ params, query }: ScreenProps) {
  const [sku] = params;
  const ticket = query.get('ticket');
  return (
    <div class="stock">
      <StockTabs current="sell" />
      {ticket !== null && <TicketAgain key={ticket} id={ticket} />}
      {ticket === null && sku && <Sale key={sku} sku={sku} />}
      {ticket === null && !sku && (
        <>
          <h1>{t('sell.title')}</h1>
          <p>{t('sell.explain')}</p>
          <FindItem href={(found) => hrefTo('sell', found)} onFound={(found) => goTo('sell', found)} />
          <SoldHere />
        </>
      )}
    </div>
  );
}

function Sale({ sku }: { sku: string }) {
  const chosen = useSignal<Chosen | null>(null);
  const sold = useSignal<Sold | null>(null);
  const quantity = useSignal(1);
  const choose = (next: Chosen | null) => {
    chosen.value = next;
    sold.value = null;
  };
  if (sold.value !== null) return <SaleResult sold={sold.value} onOther={() => choose(null)} />;
  if (chosen.value === null) return <ChoosePlace sku={sku} quantity={quantity} onChoose={choose} />;
  return (
    <SaleForm
      sku={sku}
      chosen={chosen.value}
      onBack={() => choose(null)}
      onSold={(done) => {
        sold.value = done;
      }}
    />
  );
}
