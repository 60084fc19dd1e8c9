// The list of what to count next, as the server ranks it, kept so that it can be walked through without a network.
import { device, read } from '../../data/index.ts';
import { keptAnswer } from '../stock/kept.ts';
import type { Reason } from './reasons.ts';

/** An element of `GET /v1/locations/{code}/count-list`. */
export type Doubted = {
  sku: string;
  name: { fr: string; en?: string };
  barcodes: string[];
  imageUrl: string | null;
  countedAt: string | null;
  expected: number;
  score: number;
  reasons: Reason[];
};

/** A round of some twenty minutes; after it there is a new list. */
const LISTED_MAX = 30;

export const countList = keptAnswer<Doubted[]>('countList.1');

/** False: no answer, and the list is as it was. */
export async function readCountList(): Promise<boolean> {
  const code = device.value?.location.code ?? '';
  const path = `/v1/locations/${encodeURIComponent(code)}/count-list?limit=${LISTED_MAX}`;
  const answer = await read<{ data: Doubted[] }>(path);
  if (answer.ok) countList.keep(answer.value.data);
  return answer.ok;
}

/** Counted: it leaves the list, which the server makes anew the next time. */
export function dropCounted(sku: string): void {
  const listed = countList.last()?.value;
  if (listed !== undefined) countList.keep(listed.filter((one) => one.sku !== sku));
}
