// What a picking screen does with a scan, whatever it finds: the sound, and what was wrong with it.
import { useSignal } from '@preact/signals';
import { play } from '../../app/sound.ts';
import { articleOf } from './names.ts';
import type { Wrong } from './WrongScan.tsx';

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
        (item) => {
          if (wrong.value?.code === code) wrong.value = { code, item, isEnough };
        },
        () => undefined,
      );
    },
  };
}
