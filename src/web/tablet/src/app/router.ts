// Which screen is shown: the part of the address after `#`, so that it works without a network and from a link.
import { computed, signal } from '@preact/signals';

/** `#/pick/rsv_1?line=2` is screen `pick` with `['rsv_1']` and `line`. */
export type Way = {
  readonly screen: string;
  readonly params: readonly string[];
  readonly query: URLSearchParams;
};

const hash = signal(location.hash);

export const way = computed<Way>(() => wayOf(hash.value));

/** Follows the address. Called once, at the start. */
export function startRouter(): void {
  addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
}

/** The address of a screen, for links. */
export function hrefTo(screen: string, ...params: string[]): string {
  return `#/${[screen, ...params].map(encodeURIComponent).join('/')}`;
}

/** Shows a screen. */
export function goTo(screen: string, ...params: string[]): void {
  location.hash = hrefTo(screen, ...params);
}

/** Like `goTo`, for what takes a moment first: who has gone elsewhere since this was called stays there. */
export function fromHere(): typeof goTo {
  const before = location.hash;
  return (...to) => {
    if (location.hash === before) goTo(...to);
  };
}

/** The code of `/tablet#pair=123456`, once: a reload or a bookmark does not try it again. */
export function takePairingCode(): string | null {
  const code = /^#pair=([0-9]{6})$/.exec(location.hash)?.[1] ?? null;
  if (code !== null) {
    history.replaceState(null, '', location.pathname);
    hash.value = '';
  }
  return code;
}

function wayOf(text: string): Way {
  const [path = '', query = ''] = text.replace(/^#\/?/, '').split('?');
  const [screen = '', ...params] = path.split('/').map(decoded);
  return { screen, params, query: new URLSearchParams(query) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
