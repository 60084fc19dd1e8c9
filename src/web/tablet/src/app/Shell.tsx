// What is around every screen: the navigation, the bell, the place where the screen is, and the strip at its foot.
import { useEffect, useRef, useState } from 'preact/hooks';
import { online } from '../data/index.ts';
import { t } from '../i18n/index.ts';
import { Bell } from '../screens/queue/Bell.tsx';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Toasts } from '../ui/Toast.tsx';
import { Banners } from './Banners.tsx';
import { hrefTo, way } from './router.ts';
import type { Screen } from './screen.ts';
import { FIRST_SCREEN, loadScreens, SCREENS } from './screens.tsx';

const LOAD_AFTER_MILLISECONDS = 1_500;

export function Shell() {
  useEffect(() => {
    const timer = setTimeout(() => void loadScreens().catch(() => undefined), LOAD_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="shell">
      <div class="skip">
        <Button onClick={focusMain}>{t('app.skip')}</Button>
      </div>
      <Navigation />
      <div class="shell-page">
        <div class="bell-place">
          <Bell />
        </div>
        <main id="main" class="shell-main" tabIndex={-1} aria-label={t('app.main')}>
          <CurrentScreen />
        </main>
        <Banners />
      </div>
      <Toasts />
    </div>
  );
}

/** A button and no link: the address is the screen's, and `#main` would be taken for one. */
function focusMain(): void {
  document.getElementById('main')?.focus();
}

function Navigation() {
  const shown = nameOf(way.value.screen);
  const current = SCREENS[shown]?.within ?? shown;
  return (
    <nav class="navigation" aria-label={t('app.navigation')}>
      {Object.entries(SCREENS).map(
        ([name, { navigation }]) =>
          navigation && (
            <a key={name} href={hrefTo(name)} aria-current={name === current ? 'page' : undefined}>
              <Icon name={navigation.icon} />
              {t(navigation.text)}
            </a>
          ),
      )}
    </nav>
  );
}

function CurrentScreen() {
  const { screen, params, query } = way.value;
  const name = nameOf(screen);
  const Current = useScreen(name);
  if (Current === 'loading') return <p role="status">{t('app.loading')}</p>;
  if (Current === 'failed') return <NotLoaded />;
  return <Current key={name} params={params} query={query} />;
}

/**
 * A screen whose file did not come. Browsers remember that, and asking again would get the same answer: the page starts
 * anew as soon as there is a network again. The address says where it goes on, and nothing was typed on a screen that is
 * not there.
 */
function NotLoaded() {
  const isOnline = online.value;
  const wasOffline = useRef(!isOnline);
  useEffect(() => {
    if (isOnline && wasOffline.current) location.reload();
    wasOffline.current = !isOnline;
  }, [isOnline]);
  return (
    <EmptyState isPage icon="cloudOff" text={t('app.notLoaded')}>
      {isOnline && (
        <Button icon="sync" onClick={() => location.reload()}>
          {t('action.retry')}
        </Button>
      )}
    </EmptyState>
  );
}

function useScreen(name: string): Screen | 'loading' | 'failed' {
  const place = SCREENS[name];
  const [loaded, setLoaded] = useState<{ name: string; screen: Screen | 'failed' } | null>(null);
  const isLazy = place !== undefined && 'load' in place;
  useEffect(() => {
    if (!isLazy) return;
    let isWanted = true;
    place.load().then(
      // A function would be taken for one that makes the next state.
      (screen) => isWanted && setLoaded({ name, screen }),
      () => isWanted && setLoaded({ name, screen: 'failed' }),
    );
    return () => {
      isWanted = false;
    };
  }, [name]);
  if (place === undefined) return 'loading';
  if (!isLazy) return place.screen;
  return loaded?.name === name ? loaded.screen : 'loading';
}

function nameOf(screen: string): string {
  return Object.hasOwn(SCREENS, screen) ? screen : FIRST_SCREEN;
}
