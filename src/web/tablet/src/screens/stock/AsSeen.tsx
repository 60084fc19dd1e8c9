// What is shown was seen some time ago: when that was, and why there is nothing newer.
import { online } from '../../data/index.ts';
import { dayTime, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';

export function AsSeen({ at }: { at: string }) {
  return (
    <p class="stock-old" role="status">
      <Icon name="cloudOff" />
      {t(online.value ? 'stock.unanswered' : 'stock.old', { time: dayTime(at) })}
    </p>
  );
}
