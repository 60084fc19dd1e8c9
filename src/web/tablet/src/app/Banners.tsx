// What everybody must see whatever the screen: whether there is a network, what waits to be sent, what was refused, a new
// version. A strip with a place of its own at the foot of every screen, so that nothing moves when it has something to
// tell: whoever is about to touch a button touches that button.
import { useEffect, useState } from 'preact/hooks';
import { conflicts, device, online, shift, waiting } from '../data/index.ts';
import { plural, t } from '../i18n/index.ts';
import { Button, ButtonLink } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { hrefTo } from './router.ts';
import { takeUpdate, updateReady } from './worker.ts';

/** With a network an action is sent sooner than somebody could read that it waits. */
const HELD_UP_MILLISECONDS = 1_000;

export function Banners() {
  const refused = conflicts.value.length;
  return (
    <div class="banners" role="status" aria-live="polite">
      <Connection hasRoom={refused === 0 && !updateReady.value} />
      {refused > 0 && (
        <div class="banner" data-tone="bad" data-banner="conflicts">
          <ButtonLink icon="alert" href={hrefTo('conflicts')}>
            {plural('banner.conflicts', refused)}
          </ButtonLink>
        </div>
      )}
      {updateReady.value && (
        <div class="banner" data-tone="info">
          <Button icon="sync" onClick={takeUpdate}>
            {t('banner.update')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Whether what is shown is what is, and how much of what was done here nobody else knows yet. */
function Connection({ hasRoom }: { hasRoom: boolean }) {
  const isHeldUp = useHeldUp();
  const isWaiting = waiting.value > 0 && (isHeldUp || !online.value);
  if (online.value && !isWaiting) {
    return (
      <p class="banner" data-tone="calm">
        <span class="banner-words" data-tone="good">
          <Icon name="check" />
          {t('banner.online')}
        </span>
        <span class="banner-whose">
          {[device.value?.location.name, shift.value?.name].filter(Boolean).join(' · ')}
        </span>
      </p>
    );
  }
  return (
    <p class="banner" data-tone="warn">
      {!online.value && (
        <span class="banner-words" data-banner="offline">
          <Icon name="cloudOff" />
          {t(hasRoom && !isWaiting ? 'banner.offline' : 'banner.offlineShort')}
        </span>
      )}
      {isWaiting && (
        <span class="banner-words" data-banner="waiting">
          <Icon name="sync" />
          {plural('banner.waiting', waiting.value)}
        </span>
      )}
    </p>
  );
}

/** True once something has been waiting for so long without a break that a person may wonder. */
function useHeldUp(): boolean {
  const isWaiting = waiting.value > 0;
  const [isHeldUp, setHeldUp] = useState(false);
  useEffect(() => {
    setHeldUp(false);
    if (!isWaiting) return;
    const timer = setTimeout(() => setHeldUp(true), HELD_UP_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isHeldUp && isWaiting;
}
