// The screens and their places in the navigation. A new screen is a folder of screens/ and a line here: loaded when it
// is first shown, so that the first load stays small; the service worker keeps all of them for when there is no network.
import type { TextKey } from '../i18n/words.ts';
import { QueueScreen } from '../screens/queue/QueueScreen.tsx';
import type { IconName } from '../ui/Icon.tsx';
import type { Screen } from './screen.ts';

type Place = {
  /** Its place in the navigation: a few only; the others are reached from these. */
  navigation?: { text: TextKey; icon: IconName };
  /** For one that is reached from another: where the navigation shows it. */
  within?: string;
} & ({ screen: Screen } | { load: () => Promise<Screen> });

export const SCREENS: Readonly<Record<string, Place>> = {
  queue: { screen: QueueScreen, navigation: { text: 'nav.queue', icon: 'list' } },
  counter: {
    load: () => import('../screens/counter/CounterScreen.tsx').then((module) => module.CounterScreen),
    navigation: { text: 'nav.counter', icon: 'counter' },
  },
  putback: {
    load: () => import('../screens/putback/PutBackScreen.tsx').then((module) => module.PutBackScreen),
    navigation: { text: 'nav.putback', icon: 'putBack' },
  },
  stock: {
    load: () => import('../screens/stock/StockScreen.tsx').then((module) => module.StockScreen),
    navigation: { text: 'nav.stock', icon: 'search' },
  },
  count: {
    within: 'stock',
    load: () => import('../screens/count/CountScreen.tsx').then((module) => module.CountScreen),
  },
  transfers: {
    within: 'stock',
    load: () => import('../screens/transfers/TransfersScreen.tsx').then((module) => module.TransfersScreen),
  },
  sell: {
    within: 'stock',
    load: () => import('../screens/sell/SellScreen.tsx').then((module) => module.SellScreen),
  },
  print: { load: () => import('../screens/print/PrintScreen.tsx').then((module) => module.PrintScreen) },
  conflicts: {
    load: () => import('../screens/conflicts/ConflictsScreen.tsx').then((module) => module.ConflictsScreen),
  },
  pick: { load: () => import('../screens/pick/PickScreen.tsx').then((module) => module.PickScreen) },
  batch: { load: () => import('../screens/batch/BatchScreen.tsx').then((module) => module.BatchScreen) },
  settings: {
    load: () => import('../screens/settings/SettingsScreen.tsx').then((module) => module.SettingsScreen),
    navigation: { text: 'nav.settings', icon: 'gear' },
  },
};

/** What is shown without a `#/…`, and for one that does not exist. */
export const FIRST_SCREEN = 'queue';

/**
 * Loads the screens that were not shown yet, once the first is there: a network that goes away must not take them along,
 * and where there is no service worker (plain http) nothing else keeps them.
 */
export async function loadScreens(): Promise<void> {
  for (const place of Object.values(SCREENS)) if ('load' in place) await place.load();
}
