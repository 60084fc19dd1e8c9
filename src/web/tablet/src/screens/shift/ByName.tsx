// A shift that starts with a name alone.
import { useSignal } from '@preact/signals';
import { unlockSound } from '../../app/sound.ts';
import { online, startShift } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { wordsFor } from './refusal.ts';

export function ByName({
  isOffline,
  said,
  fallback,
  onPinRequired,
}: {
  isOffline: boolean;
  /** Who it is, where somebody has said so already. */
  said: string;
  /** What the shift is called where nobody says a name. */
  fallback: string;
  /** The store has a list of its people, and there is a network by now. */
  onPinRequired: () => Promise<void>;
}) {
  const name = useSignal(said);
  const error = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const start = async () => {
    isBusy.value = true;
    const problem = await startShift({ name: name.value.trim() || fallback });
    if (problem?.code === 'pin-required') await onPinRequired();
    isBusy.value = false;
    error.value = problem && wordsFor(problem);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // While the tap is handled: afterwards the browser would refuse.
        unlockSound();
        void start();
      }}
    >
      <Field
        label={t('shift.name')}
        hint={t(isOffline && !online.value ? 'shift.offline' : 'shift.nameHint')}
        value={name.value}
        onInput={(value) => {
          name.value = value;
        }}
        error={error.value}
        maxLength={100}
        autoComplete="off"
      />
      <Button type="submit" look="main" wide icon="arrow" disabled={isBusy.value}>
        {t(isBusy.value ? 'shift.busy' : 'shift.start')}
      </Button>
    </form>
  );
}
