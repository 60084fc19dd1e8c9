// The bell: rings for new orders until somebody touches one of them or the bell. On whatever screen.
import { computed, effect, signal } from '@preact/signals';
import { play } from '../../app/sound.ts';
import { act, orders } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { ringAfter, ringingOf, ringingSince } from './ringing.ts';

/** Touched here. The server knows a moment later, or once there is a network; until then they must not ring again. */
const touched = signal<ReadonlySet<string>>(new Set());

export const ringing = computed<readonly OrderView[]>(() => ringingOf(orders.value.values(), touched.value));

/** It rings here no more: what is done with the order next tells the others. */
export function silence(id: string): void {
  touched.value = new Set(touched.value).add(id);
}

/** Somebody touched the order: it rings no more, here and at the store's other tablets. */
export function touch(id: string): void {
  if (!ringing.value.some((order) => order.id === id)) return;
  silence(id);
  void act({ kind: 'acknowledge', subject: id, body: {} });
}

export function touchAll(): void {
  for (const { id } of ringing.value) touch(id);
}

/** Rings from now on; the answer stops it. */
export function startBell(): () => void {
  let since = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ring = () => {
    const waited = Date.now() - Math.min(...since.values());
    const { sound, again } = ringAfter(waited);
    play(sound);
    timer = setTimeout(ring, again);
  };
  const stop = effect(() => {
    const before = since;
    since = ringingSince(before, ringing.value, Date.now());
    const isNew = [...since.keys()].some((id) => !before.has(id));
    if (since.size === 0 || isNew) clearTimeout(timer);
    if (isNew) ring();
  });
  addEventListener('click', touchOrderAt);
  return () => {
    stop();
    clearTimeout(timer);
    removeEventListener('click', touchOrderAt);
  };
}

/** A touch on whatever shows an order, with a finger or a key. */
function touchOrderAt({ target }: MouseEvent): void {
  const place = target instanceof Element ? target.closest<HTMLElement>('[data-order]') : null;
  if (place?.dataset.order !== undefined) touch(place.dataset.order);
}
