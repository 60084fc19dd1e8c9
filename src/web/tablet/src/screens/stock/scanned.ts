// Which article a scanned code names: one that is known here, or one that the server knows.
import { play } from '../../app/sound.ts';
import { items, read } from '../../data/index.ts';
import type { Item } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { isSameBarcode } from '../../scan/wedge.ts';

/** `isAnswered`: false where it is not known here and the server did not say. */
export type Named = { item: Item | null; isAnswered: boolean };

/** The article with this barcode or sku. */
export async function articleOf(code: string): Promise<Named> {
  const known = [...items.value.values()].find((item) => hasCode(item, code));
  if (known !== undefined) return { item: known, isAnswered: true };
  const answer = await read<{ data: Item[] }>(`/v1/items?q=${encodeURIComponent(code)}&limit=5`);
  if (!answer.ok) return { item: null, isAnswered: false };
  return { item: answer.value.data.find((item) => hasCode(item, code)) ?? null, isAnswered: true };
}

/** The same for whoever scanned it, with its sound; null, once `refuse` was told why in words, where it names none. */
export async function scannedArticle(code: string, refuse: (why: string) => void): Promise<Item | null> {
  const { item, isAnswered } = await articleOf(code);
  play(item === null ? 'wrong' : 'good');
  if (item === null) refuse(t(isAnswered ? 'stock.unknownCode' : 'stock.unansweredCode', { code }));
  return item;
}

/** True for what a scanner typed into a field that had the focus. */
export function isTypedScan(text: string): boolean {
  return /^\d{8,14}$/.test(text);
}

function hasCode({ sku, barcodes }: Item, code: string): boolean {
  return sku === code || barcodes.some((barcode) => isSameBarcode(barcode, code));
}
