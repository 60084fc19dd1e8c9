// What is unusual about an order, each with its icon, word and colour.
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import type { Tone } from '../../ui/Card.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Badge } from '../../ui/StatusBadge.tsx';
import type { Flag } from './cards.ts';

const LOOKS: Record<Flag, readonly [tone: Tone, icon: IconName]> = {
  atRisk: ['warn', 'alert'],
  transferShort: ['warn', 'alert'],
  transferLate: ['bad', 'clock'],
  awaiting: ['info', 'truck'],
  delivery: ['info', 'box'],
  soldElsewhere: ['plain', 'counter'],
  toPay: ['warn', 'lock'],
  waiting: ['warn', 'sync'],
  conflict: ['bad', 'alert'],
};

export function Flags({ order, flags }: { order: OrderView; flags: readonly Flag[] }) {
  return (
    <>
      {flags.map((flag) => (
        <Badge
          key={flag}
          tone={LOOKS[flag][0]}
          icon={LOOKS[flag][1]}
          text={t(`flag.${flag}`, { location: order.soldAt ?? '' })}
        />
      ))}
    </>
  );
}
