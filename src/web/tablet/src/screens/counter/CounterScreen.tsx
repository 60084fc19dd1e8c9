// The counter: find the order, hand it over, take units back. Which of the three is the address's to say.

import { hrefTo } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FindOrder } from './FindOrder.tsx';
import { OrderDesk } from './OrderDesk.tsx';
import { openScan } from './openScan.ts';
import { ReturnDesk } from './ReturnDesk.tsx';
import { useOrder } from './useOrder.ts';
import './counter.css';

export function CounterScreen({ params }: { params: readonly string[] }) {
  const [id, part] = params;
  if (id === undefined || id === '') return <FindOrder />;
  return <Desk key={id} id={id} isReturn={part === 'return'} />;
}

function Desk({ id, isReturn }: { id: string; isReturn: boolean }) {
  const sought = useOrder(id);
  // The next customer's code opens the next order, whatever is on the screen.
  useScans((code) => void openScan(code));
  return (
    <div class="desk">
      <div class="desk-way">
        <ButtonLink href={hrefTo('counter')} icon="back" look="quiet">
          {t('counter.toList')}
        </ButtonLink>
      </div>
      {sought.state === 'reading' && <p role="status">{t('counter.loadingOrder')}</p>}
      {sought.state === 'unknown' && <EmptyState icon="alert" text={t('counter.unknownOrder')} />}
      {sought.state === 'noAnswer' && <EmptyState icon="cloudOff" text={t('counter.noAnswer')} />}
      {sought.state === 'found' &&
        (isReturn ? <ReturnDesk order={sought.order} /> : <OrderDesk order={sought.order} />)}
    </div>
  );
}
