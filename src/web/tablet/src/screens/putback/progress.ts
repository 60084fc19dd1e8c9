// How far each put-back is, kept on this tablet: a walk through the aisles outlives a reload and a flat battery.
import { signal } from '@preact/signals';
import { type PutBackProgress, pruned, readProgress, withUnits } from './putBackList.ts';

const PLACE = 'comptoir.putBack';

export const progress = signal<PutBackProgress>(readProgress(kept()));

/** `done` units of a line are on their shelf again. */
export function note(id: string, sku: string, done: number): void {
  keep(withUnits(progress.value, id, sku, done));
}

/** Forgets the orders that are not `counted` any more, whoever put them back. */
export function forgetOthers(counted: readonly string[]): void {
  const left = pruned(progress.value, counted);
  if (Object.keys(left).length < Object.keys(progress.value).length) keep(left);
}

function keep(next: PutBackProgress): void {
  progress.value = next;
  try {
    localStorage.setItem(PLACE, JSON.stringify(next));
  } catch {
    // A browser that keeps nothing: it lasts as long as the page.
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}
