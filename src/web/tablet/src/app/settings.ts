// What this tablet's people chose: language, theme, sound. Kept here and nowhere else; there before the first word is
// drawn, so in localStorage and not in the database.
import { effect, signal } from '@preact/signals';
import type { Language } from '../i18n/words.ts';

export type Theme = 'auto' | 'light' | 'dark';
export type Settings = { readonly language: Language; readonly theme: Theme; readonly sound: boolean };

const PLACE = 'comptoir.settings';

export const settings = signal<Settings>({ ...defaults(), ...kept() });

/** Changes what is given and keeps the rest. */
export function choose(changes: Partial<Settings>): void {
  settings.value = { ...settings.value, ...changes };
}

/** Keeps what is chosen, and tells the page of it. Called once, at the start. */
export function applySettings(): void {
  effect(() => {
    const { language, theme } = settings.value;
    document.documentElement.lang = language;
    if (theme === 'auto') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(PLACE, JSON.stringify(settings.value));
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
  });
}

function defaults(): Settings {
  return { language: navigator.language.startsWith('en') ? 'en' : 'fr', theme: 'auto', sound: true };
}

/** What was kept, as far as it is still something that can be chosen. */
function kept(): Partial<Settings> {
  try {
    const { language, theme, sound } = JSON.parse(localStorage.getItem(PLACE) ?? '{}');
    return {
      ...(language === 'fr' || language === 'en' ? { language } : {}),
      ...(theme === 'auto' || theme === 'light' || theme === 'dark' ? { theme } : {}),
      ...(typeof sound === 'boolean' ? { sound } : {}),
    };
  } catch {
    return {};
  }
}
