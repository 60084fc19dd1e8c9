// What everybody must see whatever the screen: no network, what waits to be sent, what was refused, a new version.
import { conflicts, online, waiting } from '../data/index.ts';
import { plural, t } from '../i18n/index.ts';
import { Button, ButtonLink } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { hrefTo } from './router.ts';
import { takeUpdate, updateReady } from './worker.ts';

export function Banners() {
  const refused = conflicts.value.length;
  return (
    <div class="banners" role="status" aria-live="polite">
      {!online.value && (
        <p class="banner" data-tone="warn" data-banner="offline">
          <Icon name="cloudOff" />
          {t('banner.offline')}
        </p>
      )}
      {waiting.value > 0 && (
        <p class="banner" data-tone="warn" data-banner="waiting">
          <Icon name="sync" />
          {plural('banner.waiting', waiting.value)}
        </p>
      )}
      {refused > 0 && (
        <p class="banner" data-tone="bad" data-banner="conflicts">
          <Icon name="alert" />
          <span>{plural('banner.conflicts', refused)}</span>
          <ButtonLink href={hrefTo('conflicts')}>{t('nav.conflicts')}</ButtonLink>
        </p>
      )}
      {updateReady.value && (
        <p class="banner" data-tone="info">
          <span>{t('banner.update')}</span>
          <Button onClick={takeUpdate}>{t('banner.updateNow')}</Button>
        </p>
      )}
    </div>
  );
}
