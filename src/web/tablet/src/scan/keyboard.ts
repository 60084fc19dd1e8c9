// Scanners that type like a keyboard: heard with the focus anywhere but in a text field, where they fill the field.
import { tellScan } from './scans.ts';
import { afterStroke, NOTHING } from './wedge.ts';

const TEXT_FIELDS = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

/** Listens from now on; the answer stops it. */
export function listenToScanners(): () => void {
  let typed = NOTHING;
  const hear = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || isInText(event.target)) {
      typed = NOTHING;
      return;
    }
    const heard = afterStroke(typed, { key: event.key, at: event.timeStamp });
    typed = heard.typed;
    // A space inside a code would press the button that has the focus; one that somebody types stands alone.
    if (event.key === ' ' && typed.text.trim() !== '') event.preventDefault();
    if (heard.code === null) return;
    // Its Enter would press the button that has the focus.
    event.preventDefault();
    event.stopPropagation();
    tellScan(heard.code);
  };
  addEventListener('keydown', hear, { capture: true });
  return () => removeEventListener('keydown', hear, { capture: true });
}

function isInText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TEXT_FIELDS) !== null;
}
