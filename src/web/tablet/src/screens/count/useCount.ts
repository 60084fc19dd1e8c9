// A count under way: what is typed or scanned so far, what the level said when it began, and how it is sent.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { play } from '../../app/sound.ts';
import { act, actions, items, levels, orders, wantItem, wantLevel } from '../../data/index.ts';
import type { Outcome } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { toast } from '../../ui/Toast.tsx';
import { expectedOf } from '../stock/waiting.ts';
import { dropCounted } from './countList.ts';
import { afterScan, readEntry } from './entry.ts';

export type CountStep = 'counting' | 'different' | 'done';

export function useCount(sku: string) {
  const text = useSignal('');
  const step = useSignal<CountStep>('counting');
  const outcome = useSignal<Outcome | null>(null);
  const counted = useSignal(0);
  /** What the level said when the first unit was counted; undefined: nothing is counted yet. */
  const began = useSignal<number | null | undefined>(undefined);
  const isReading = useSignal(true);
  /** It is being kept: it is among what waits already, and not yet counted. */
  const isKeeping = useSignal(false);
  useEffect(() => {
    void Promise.all([wantItem(sku), wantLevel(sku)]).then(() => {
      isReading.value = false;
    });
  }, [sku]);

  const expected = expectedOf(sku, levels.value.get(sku) ?? null, actions.value, orders.value);
  const barcodes = [...(items.value.get(sku)?.barcodes ?? []), sku];
  const entry = readEntry(text.value, barcodes);
  // Somebody sold or counted while this count went on: which units it saw, nobody knows.
  const hasMoved = !isKeeping.value && began.value != null && expected !== null && began.value !== expected;

  const set = (value: string) => {
    if (began.value === undefined && value !== '') began.value = expected;
    text.value = value;
    if (step.value === 'different') step.value = 'counting';
  };
  const hear = (code: string, before = text.value) => {
    if (step.value === 'done') return;
    const after = afterScan(before, code, barcodes);
    play(after === null ? 'wrong' : 'good');
    if (after === null) toast(t('count.otherArticle', { code }), 'bad');
    set(after ?? before);
  };
  useScans((code) => hear(code));

  const send = async (units: number) => {
    const known = began.value ?? null;
    const body = { sku, onHand: units, ...(known === null ? {} : { expected: known }) };
    isKeeping.value = true;
    // Where the browser cannot keep it, it stays on the screen, to be saved again.
    const { done } = await act({ kind: 'count', subject: `stock/${sku}`, body }).catch((error: unknown) => {
      isKeeping.value = false;
      throw error;
    });
    isKeeping.value = false;
    counted.value = units;
    outcome.value = null;
    step.value = 'done';
    play('done');
    dropCounted(sku);
    outcome.value = await done;
    void wantLevel(sku);
  };
  return {
    ...{ text, step, entry, hasMoved, counted, outcome, set },
    expected: began.value ?? expected,
    isReading: isReading.value,
    /** Enter, or the main button: a scan behind the number is a unit, a number that surprises is asked about once. */
    submit(): void {
      if (entry.kind === 'scan') hear(entry.code, entry.before);
      if (entry.kind !== 'number' || hasMoved || isKeeping.value) return;
      const known = began.value ?? null;
      if (known !== null && known !== entry.units && step.value === 'counting') {
        play('wrong');
        step.value = 'different';
      } else void send(entry.units);
    },
    again(): void {
      text.value = '';
      began.value = undefined;
      step.value = 'counting';
    },
  };
}
