// Short words after an action, at the foot of the screen. What must not be missed is a banner or a conflict instead.
import { signal } from '@preact/signals';
import { t } from '../i18n/index.ts';
import { Button } from './Button.tsx';
import type { Tone } from './Card.tsx';

type Toast = { id: number; text: string; tone: Tone };

const SHOWN_MILLISECONDS = 6_000;
const TOASTS_MAX = 3;

const toasts = signal<readonly Toast[]>([]);
let made = 0;

/** Shows `text` for six seconds, or until it is closed. */
export function toast(text: string, tone: Tone = 'info'): void {
  made += 1;
  const id = made;
  toasts.value = [...toasts.value, { id, text, tone }].slice(-TOASTS_MAX);
  setTimeout(() => close(id), SHOWN_MILLISECONDS);
}

function close(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div class="toast" data-tone={tone} key={id}>
          <span>{text}</span>
          <Button look="quiet" icon="cross" label={t('action.close')} onClick={() => close(id)} />
        </div>
      ))}
    </div>
  );
}
