// A transfer in its list: where from or to, how many units, when; one that came leads to receiving it, one that is to
// leave to shipping it.
import { hrefTo } from '../../app/router.ts';
import { actions, device, now } from '../../data/index.ts';
import { dayTime, plural, t } from '../../i18n/index.ts';
import type { Tone } from '../../ui/Card.tsx';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Badge, StatusBadge } from '../../ui/StatusBadge.tsx';
import { nameOf } from '../pick/names.ts';
import { type Transfer, unitsOf } from './receiving.ts';
import { placeName } from './transfers.ts';

/** Articles that a row names. */
export const NAMED_MAX = 3;

const LOOKS = {
  created: ['plain', 'clock'],
  shipped: ['info', 'truck'],
  partly_received: ['warn', 'box'],
  received: ['good', 'check'],
  cancelled: ['plain', 'cross'],
} as const satisfies Record<Transfer['status'], readonly [Tone, IconName]>;

export function TransferRow({ transfer }: { transfer: Transfer }) {
  const { id, from, to, lines, reference, expectedAt, status } = transfer;
  const isLeaving = from === device.value?.location.code;
  const isOpenable = isLeaving ? status === 'created' : status === 'shipped' || status === 'partly_received';
  const units = unitsOf(lines, status === 'created' ? 'quantity' : 'shipped');
  const words = (
    <>
      <Icon name="truck" />
      <span class="item-words">
        <strong>
          {t(isLeaving ? 'transfers.to' : 'transfers.from', { place: placeName(isLeaving ? to : from) })}
        </strong>
        <span class="stock-soft">
          {[reference, plural('unit.units', units), dayTime(expectedAt)].filter(Boolean).join(' · ')}
        </span>
        <span class="stock-soft">
          {lines
            .slice(0, NAMED_MAX)
            .map(({ sku }) => nameOf(sku))
            .join(', ')}
          {lines.length > NAMED_MAX && '…'}
        </span>
        <span class="transfer-badges">
          <TransferBadge transfer={transfer} />
          {lines.some(({ atRisk }) => atRisk) && (
            <Badge tone="warn" icon="alert" text={t('transfers.atRisk')} />
          )}
          <WaitingBadge id={id} />
        </span>
      </span>
    </>
  );
  if (!isOpenable) return <div class="item-row">{words}</div>;
  return (
    <a class="item-row" href={hrefTo('transfers', id)} data-transfer={id}>
      {words}
      <Icon name="arrow" />
    </a>
  );
}

export function TransferBadge({ transfer: { status, expectedAt, late } }: { transfer: Transfer }) {
  const isOpen = status !== 'received' && status !== 'cancelled';
  if (isOpen && (late || Date.parse(expectedAt) < now.value)) return <StatusBadge state="late" />;
  const [tone, icon] = LOOKS[status];
  return <Badge tone={tone} icon={icon} text={t(`transfers.status.${status}`)} />;
}

/** What was told of it here waits for the network. */
export function WaitingBadge({ id }: { id: string }) {
  const isWaiting = actions.value.some(({ subject, state }) => subject === id && state !== 'refused');
  return isWaiting ? <StatusBadge state="waiting" /> : null;
}
