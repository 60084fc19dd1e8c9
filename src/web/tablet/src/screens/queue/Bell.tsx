// The bell on the screen: what rings, and the two ways to answer it. Drawn on every screen while a shift lasts, which
// is also what keeps the sound, the screen and the scanner on.
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { settings } from '../../app/settings.ts';
import { canSound, play, unlockAtFirstTouch } from '../../app/sound.ts';
import { keepAwake } from '../../app/wakeLock.ts';
import { now } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { plural, shortTime, t } from '../../i18n/index.ts';
import { listenToScanners } from '../../scan/keyboard.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { shortName } from '../counter/findOrders.ts';
import { ringing, startBell, touchAll } from './bell.ts';
import { unitsOf } from './cards.ts';
import { startOrder } from './moves.ts';
import './bell.css';

export function Bell() {
  useEffect(() => {
    const ends = [unlockAtFirstTouch(), keepAwake(), startBell()];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  // Before anything is seen, as in scans.ts.
  useLayoutEffect(listenToScanners, []);
  // A bell that was just unlocked says so at once: whoever touched knows that it works.
  useEffect(() => {
    if (canSound.value && ringing.value.length > 0) play('ring');
  }, [canSound.value]);
  const [first, ...others] = ringing.value;
  if (first === undefined) return null;
  const isMute = settings.value.sound && !canSound.value;
  return (
    <section class="bell" role="alert" data-bell>
      <span class="bell-icon">
        <Icon name="bell" />
      </span>
      <p class="bell-words">
        <strong>{plural('bell.new', ringing.value.length)}</strong>
        <span>{others.length === 0 ? wordsFor(first) : namesOf(ringing.value)}</span>
        {isMute && <span>{t('bell.locked')}</span>}
      </p>
      <div class="bell-actions">
        <Button icon="check" onClick={touchAll}>
          {t('bell.seen')}
        </Button>
        {others.length === 0 && (
          <Button look="main" icon="basket" onClick={() => void startOrder(first)}>
            {t('bell.start')}
          </Button>
        )}
      </div>
    </section>
  );
}

function wordsFor(order: OrderView): string {
  const due =
    order.promise === null ? '' : t('queue.due', { time: shortTime(order.promise.readyAt, now.value) });
  const units = plural('unit.units', unitsOf(order));
  return [nameOf(order), units, due].filter(Boolean).join(' · ');
}

function namesOf(orders: readonly OrderView[]): string {
  return orders.map(nameOf).join(', ');
}

function nameOf(order: OrderView): string {
  return shortName(order) ?? order.orderReference ?? t('queue.customer');
}
