// Back to the orders that are ready; beside it what else there is to do with this one.
import type { ComponentChildren } from 'preact';
import { hrefTo } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { ButtonLink } from '../../ui/Button.tsx';

export function WayBack({ children }: { children?: ComponentChildren }) {
  return (
    <div class="desk-way">
      <ButtonLink href={hrefTo('counter')} icon="back" look="quiet">
        {t('counter.toList')}
      </ButtonLink>
      {children}
    </div>
  );
}
