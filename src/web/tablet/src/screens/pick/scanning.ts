// What a picking screen does with a scan, whatever it finds: the sound, and what was wrong with it.
import { useSignal } from '@preact/signals';
import { play } from '../../app/sound.ts';
import { items, wantItem } from '../../data/index.ts';
import { useScans } from '../../scan/scans.ts';
import { articleOf } from '../stock/scanned.ts';
import type { Wrong } from './WrongScan.tsx';

/**
 * Scans where these articles are wanted: `take` says whether it was one of them. One that is not known yet is asked for
 * before its scan is refused: a scanner may be quicker than the article of an order that was placed just now.
 */
export function useArticleScans(
  skus: readonly string[],
  take: (code: string) => boolean,
  refuse: (code: string, isEnough: boolean) => void,
): void {
  useScans((code) => {
    if (take(code)) return;
    const unknown = skus.filter((sku) => !items.value.has(sku));
    if (unknown.length === 0) return refuse(code, false);
    void Promise.all(unknown.map(wantItem)).then(() => take(code) || refuse(code, false));
  });
}

/** What was wrong with the last scan, and how to say so. */
export function useWrongScan() {
  const wrong = useSignal<Wrong | null>(null);
  return {
    wrong,
    /** The next scan, or somebody's touch, takes it away. */
    clear(): void {
      wrong.value = null;
    },
    /** Red and loud at once; what the article is comes when it is known. */
    refuse(code: string, isEnough: boolean): void {
      play('wrong');
      wrong.value = { code, item: null, isEnough };
      articleOf(code).then(
        ({ item }) => {
          if (wrong.value?.code === code) wrong.value = { code, item, isEnough };
        },
        () => undefined,
      );
    },
  };
}
