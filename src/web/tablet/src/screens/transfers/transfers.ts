// The transfers of this store, both ways, kept so that a lorry can be unpacked without a network; and what was counted
// of each so far, kept until it is told.
import { device, read } from '../../data/index.ts';
import { keptAnswer } from '../stock/kept.ts';
import type { Counting, Transfer } from './receiving.ts';

export type Both = { coming: Transfer[]; leaving: Transfer[] };

const LISTED_MAX = 100;

export const transfers = keptAnswer<Both>('transfers.1');
const countings = keptAnswer<Record<string, Counting>>('receiving.1');

/** False: no answer, and the lists are as they were. */
export async function readTransfers(): Promise<boolean> {
  const code = encodeURIComponent(device.value?.location.code ?? '');
  const [coming, leaving] = await Promise.all([
    read<{ data: Transfer[] }>(
      `/v1/transfers?to=${code}&status=created,shipped,partly_received&limit=${LISTED_MAX}`,
    ),
    read<{ data: Transfer[] }>(`/v1/transfers?from=${code}&status=created&limit=${LISTED_MAX}`),
  ]);
  if (!coming.ok || !leaving.ok) return false;
  transfers.keep({ coming: coming.value.data, leaving: leaving.value.data });
  return true;
}

export function transferOf(id: string): Transfer | null {
  const both = transfers.last()?.value;
  return [...(both?.coming ?? []), ...(both?.leaving ?? [])].find((one) => one.id === id) ?? null;
}

/** Puts what is known of a transfer now in its place. */
export function putTransfer(transfer: Transfer): void {
  const both = transfers.last()?.value;
  if (both === undefined) return;
  const replaced = (list: Transfer[]) => list.map((one) => (one.id === transfer.id ? transfer : one));
  transfers.keep({ coming: replaced(both.coming), leaving: replaced(both.leaving) });
}

export function countingOf(id: string): Counting {
  return countings.last()?.value[id] ?? {};
}

/** Null: it was told, and is forgotten. */
export function keepCounting(id: string, counting: Counting | null): void {
  const { [id]: _, ...others } = countings.last()?.value ?? {};
  countings.keep(counting === null ? others : { ...others, [id]: counting });
}
