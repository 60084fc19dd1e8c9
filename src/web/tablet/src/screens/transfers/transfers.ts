// The transfers of this store, both ways, kept so that a lorry can be unpacked without a network; and what was counted
// of each so far, kept until it is told.
import { useEffect } from 'preact/hooks';
import { device, items, read, wantItem } from '../../data/index.ts';
import { isSameBarcode } from '../../scan/wedge.ts';
import { keptAnswer } from '../stock/kept.ts';
import type { Counting, Transfer } from './receiving.ts';
import type { Loaded } from './shipping.ts';

export type Both = { coming: Transfer[]; leaving: Transfer[] };

const LISTED_MAX = 100;

export const transfers = keptAnswer<Both>('transfers.2');
const countings = keptAnswer<Record<string, Counting>>('receiving.1');
const loadings = keptAnswer<Record<string, Loaded>>('shipping.1');

/** What other locations are called, by code: a tablet reads no location but its own, save where an article is. */
const names = keptAnswer<Record<string, string>>('locations.1');

export function placeName(code: string): string {
  return names.last()?.value[code] ?? code;
}

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
  const both = { coming: coming.value.data, leaving: leaving.value.data };
  await readNames([...both.coming, ...both.leaving]);
  transfers.keep(both);
  return true;
}

async function readNames(list: readonly Transfer[]): Promise<void> {
  const known = names.last()?.value ?? {};
  const stranger = list.find(({ from, to }) => known[from] === undefined || known[to] === undefined);
  const sku = stranger?.lines[0]?.sku;
  if (sku === undefined) return;
  type Everywhere = { locations: { location: { code: string; name: string } }[] };
  const answer = await read<Everywhere>(`/v1/items/${encodeURIComponent(sku)}/availability`);
  if (!answer.ok) return;
  const told = answer.value.locations.map(({ location }) => [location.code, location.name] as const);
  names.keep({ ...known, ...Object.fromEntries(told) });
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

/** The same of what is being loaded. */
export function loadedSoFar(id: string): Loaded {
  return loadings.last()?.value[id] ?? {};
}

export function keepLoaded(id: string, loaded: Loaded | null): void {
  const { [id]: _, ...others } = loadings.last()?.value ?? {};
  loadings.keep(loaded === null ? others : { ...others, [id]: loaded });
}

/** The line that a scan means. */
export function lineWith(lines: Transfer['lines'], code: string) {
  return lines.find(
    ({ sku }) =>
      sku === code || items.value.get(sku)?.barcodes.some((barcode) => isSameBarcode(barcode, code)),
  );
}

/** Asks for the names that are not known yet, one after the other: a list is no reason to keep a counter waiting. */
export function useItems(skus: readonly string[]): void {
  const key = skus.join(' ');
  useEffect(() => {
    let isWanted = true;
    const ask = async () => {
      for (const sku of key === '' ? [] : key.split(' ')) if (isWanted) await wantItem(sku);
    };
    void ask();
    return () => {
      isWanted = false;
    };
  }, [key]);
}
