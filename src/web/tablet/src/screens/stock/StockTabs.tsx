// The four things that staff do with stock, beside each other: looking up, counting, transfers, selling from elsewhere.
import { hrefTo } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import type { TextKey } from '../../i18n/words.ts';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import './stock.css';

const TABS = [
  ['stock', 'stock.lookUp', 'search'],
  ['count', 'nav.count', 'list'],
  ['transfers', 'nav.transfers', 'truck'],
  ['sell', 'nav.sell', 'store'],
] as const satisfies readonly (readonly [string, TextKey, IconName])[];

export function StockTabs({ current }: { current: (typeof TABS)[number][0] }) {
  return (
    <nav class="stock-tabs" aria-label={t('nav.stock')}>
      {TABS.map(([screen, text, icon]) => (
        <a key={screen} href={hrefTo(screen)} aria-current={screen === current ? 'page' : undefined}>
          <Icon name={icon} />
          {t(text)}
        </a>
      ))}
    </nav>
  );
}
