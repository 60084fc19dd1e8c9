// The counter: find the order, hand it over, take units back. Which of the three is the address's to say.

import { useEffect } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FindOrder } from './FindOrder.tsx';
import { OrderDesk } from './OrderDesk.tsx';
import { openScan } from './openScan.ts';
import { ReturnDesk } from './ReturnDesk.tsx';
import { useOrder } from './useOrder.ts';
import { WayBack } from './WayBack.tsx';
import './counter.css';
import './desk.css';

export function CounterScreen({ params }: { params: readonly string[] }) {
  const [id, part] = params;
  if (id === undefined || id === '') return <FindOrder />;
  return <Desk key={id} id={id} isReturn={part === 'return'} />;
}

function Desk({ id, isReturn }: { id: string; isReturn: boolean }) {
  const sought = useOrder(id);
  // Another order is another page: it starts at its head.
  useEffect(() => scrollTo(0, 0), []);
  // The next customer's code opens the next order, whatever is on the screen.
  useScans((code) => void openScan(code));
  return (
    <div class="desk">
      {sought.state !== 'found' && <WayBack />}
      {sought.state === 'reading' && <p role="status">{t('counter.loadingOrder')}</p>}
      {sought.state === 'unknown' && <EmptyState isPage icon="alert" text={t('counter.unknownOrder')} />}
      {sought.state === 'noAnswer' && <EmptyState isPage icon="cloudOff" text={t('counter.noAnswer')} />}
      {sought.state === 'found' &&
        (isReturn ? <ReturnDesk order={sought.order} /> : <OrderDesk order={sought.order} />)}
    </div>
  );
}
