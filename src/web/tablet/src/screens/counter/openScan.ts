// What a scan at the counter opens: the customer's QR code, the store's own on a label, or an order reference.
import { goTo } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { orders } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { toast } from '../../ui/Toast.tsx';
import { readOrderCode } from './orderCode.ts';
import { scannedCode } from './state.ts';

/** True when the code named an order. */
export function openScan(code: string): boolean {
  const found = readOrderCode(code) ?? byReference(code);
  if (found === null) {
    play('wrong');
    toast(t('counter.unknownScan', { code }), 'bad');
    return false;
  }
  const { id, pickupCode } = found;
  scannedCode.value = pickupCode === null ? null : { id, pickupCode };
  play('good');
  goTo('counter', id);
  return true;
}

function byReference(code: string): { id: string; pickupCode: null } | null {
  for (const { id, orderReference } of orders.value.values()) {
    if (orderReference === code) return { id, pickupCode: null };
  }
  return null;
}
