// The order that a screen of the counter is about: as it is kept here, or read once where it is not (older ones).
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { order as keptOrder, read, wantItem } from '../../data/index.ts';
import type { Order, OrderView } from '../../data/model.ts';

export type Sought = { state: 'found'; order: OrderView } | { state: 'reading' | 'unknown' | 'noAnswer' };

export function useOrder(id: string): Sought {
  const older = useSignal<Sought>({ state: 'reading' });
  const kept = keptOrder(id);
  const isKept = kept !== null;
  useEffect(() => {
    if (isKept) return;
    let isWanted = true;
    older.value = { state: 'reading' };
    void readOrder(id).then((sought) => {
      if (isWanted) older.value = sought;
    });
    return () => {
      isWanted = false;
    };
  }, [id, isKept]);
  return kept === null ? older.value : { state: 'found', order: kept };
}

/** What is read has nothing waiting on it: what waits is about orders that are kept. */
export function asView(order: Order): OrderView {
  return { ...order, pending: [], conflicts: [] };
}

async function readOrder(id: string): Promise<Sought> {
  const answer = await read<Order>(`/v1/reservations/${encodeURIComponent(id)}`);
  if (!answer.ok) return { state: answer.problem.status === 404 ? 'unknown' : 'noAnswer' };
  for (const { sku } of answer.value.lines) void wantItem(sku);
  return { state: 'found', order: asView(answer.value) };
}
