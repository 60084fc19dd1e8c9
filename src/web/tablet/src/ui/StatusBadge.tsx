// A state: always an icon, a word and a colour, so that none of the three has to be seen.
import type { Status } from '../data/model.ts';
import { t } from '../i18n/index.ts';
import type { TextKey } from '../i18n/words.ts';
import type { Tone } from './Card.tsx';
import { Icon, type IconName } from './Icon.tsx';

export type Shown = Status | 'late' | 'atRisk' | 'waiting' | 'conflict';

const LOOKS: Record<Shown, readonly [tone: Tone, icon: IconName]> = {
  held: ['plain', 'lock'],
  confirmed: ['info', 'bell'],
  picking: ['info', 'basket'],
  ready: ['good', 'bag'],
  collected: ['plain', 'check'],
  cancelled: ['plain', 'cross'],
  expired: ['plain', 'clock'],
  late: ['bad', 'clock'],
  atRisk: ['warn', 'alert'],
  waiting: ['warn', 'sync'],
  conflict: ['bad', 'alert'],
};

export function toneOf(state: Shown): Tone {
  return LOOKS[state][0];
}

export function StatusBadge({ state }: { state: Shown }) {
  const key: TextKey = `status.${state}`;
  return <Badge tone={LOOKS[state][0]} icon={LOOKS[state][1]} text={t(key)} />;
}

/** The same for what is no state of an order. */
export function Badge({ tone, icon, text }: { tone: Tone; icon: IconName; text: string }) {
  return (
    <span class="badge" data-tone={tone}>
      <Icon name={icon} />
      {text}
    </span>
  );
}
