// Transfers: what comes to this store, to be received, and what is to leave it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ScreenProps } from '../../app/screen.ts';
import { device, online, transferNews } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { AsSeen } from '../stock/AsSeen.tsx';
import { StockTabs } from '../stock/StockTabs.tsx';
import { Receive } from './Receive.tsx';
import type { Transfer } from './receiving.ts';
import { Ship } from './Ship.tsx';
import { NAMED_MAX, TransferRow } from './TransferRow.tsx';
import { readTransfers, transferOf, transfers, useItems } from './transfers.ts';
import './transfers.css';

export function TransfersScreen({ params }: ScreenProps) {
  const isOld = useSignal(false);
  const isReading = useSignal(true);
  const isOnline = online.value;
  const news = transferNews.value;
  const [id] = params;
  useEffect(() => {
    let isWanted = true;
    void readTransfers().then((isRead) => {
      if (!isWanted) return;
      isReading.value = false;
      isOld.value = !isRead;
    });
    return () => {
      isWanted = false;
    };
  }, [isOnline, news]);
  const last = transfers.last();
  const skus = [...(last?.value.coming ?? []), ...(last?.value.leaving ?? [])].flatMap(({ lines }) =>
    lines.slice(0, NAMED_MAX).map(({ sku }) => sku),
  );
  useItems([...new Set(skus)]);
  const transfer = id === undefined ? null : openable(transferOf(id));
  return (
    <div class="stock">
      <StockTabs current="transfers" />
      {isOld.value && last !== null && <AsSeen at={last.at} />}
      {last === null && <p role="status">{t(isReading.value ? 'app.loading' : 'stock.noAnswer')}</p>}
      {transfer !== null &&
        (isToShip(transfer) ? (
          <Ship key={transfer.id} transfer={transfer} />
        ) : (
          <Receive key={transfer.id} transfer={transfer} />
        ))}
      {last !== null && transfer === null && (
        <Lists coming={last.value.coming} leaving={last.value.leaving} />
      )}
    </div>
  );
}

/** What has left from here is the other end's to open. */
function openable(transfer: Transfer | null): Transfer | null {
  return transfer?.from === device.value?.location.code && !isToShip(transfer) ? null : transfer;
}

function isToShip(transfer: Transfer | null): boolean {
  return transfer?.from === device.value?.location.code && transfer?.status === 'created';
}

function Lists({ coming, leaving }: { coming: readonly Transfer[]; leaving: readonly Transfer[] }) {
  const isHere = ({ status }: Transfer) => status === 'shipped' || status === 'partly_received';
  return (
    <>
      <h1 class="visually-hidden">{t('transfers.title')}</h1>
      <TransferList
        title={t('transfers.coming')}
        empty={t('transfers.noneComing')}
        list={coming.filter(isHere)}
      />
      <TransferList
        title={t('transfers.announced')}
        list={coming.filter(({ status }) => status === 'created')}
      />
      <TransferList title={t('transfers.leaving')} hint={t('transfers.leavingHint')} list={leaving} />
    </>
  );
}

/** Without `empty`, an empty list is not shown. */
function TransferList({
  title,
  list,
  empty,
  hint,
}: {
  title: string;
  list: readonly Transfer[];
  empty?: string;
  hint?: string;
}) {
  if (list.length === 0 && empty === undefined) return null;
  return (
    <section>
      <h2>{title}</h2>
      {hint !== undefined && <p class="stock-soft">{hint}</p>}
      {list.length === 0 ? (
        <EmptyState icon="truck" text={empty ?? ''} />
      ) : (
        <ul class="transfer-list">
          {list.map((transfer) => (
            <li key={transfer.id}>
              <TransferRow transfer={transfer} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
