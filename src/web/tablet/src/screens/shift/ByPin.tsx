// A shift that starts with a PIN. Wrong ones are counted by the server, which locks the person after five.
import { useSignal } from '@preact/signals';
import { unlockSound } from '../../app/sound.ts';
import { startShift } from '../../data/index.ts';
import type { Staff } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { wordsFor } from './refusal.ts';

const DIGITS = { min: 4, max: 8 } as const;

export function ByPin({
  staff,
  onBack,
  onByName,
}: {
  staff: Staff;
  onBack: () => void;
  /** Nobody can check the PIN: the shift may start by name. */
  onByName: () => void;
}) {
  const pin = useSignal('');
  const error = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const isCut = useSignal(false);
  const type = (typed: string) => {
    error.value = null;
    pin.value = typed.replace(/\D/g, '').slice(0, DIGITS.max);
  };
  const start = async () => {
    isBusy.value = true;
    const problem = await startShift({ staffId: staff.id, pin: pin.value });
    isBusy.value = false;
    isCut.value = problem?.status === 0;
    if (problem === null) return;
    pin.value = '';
    error.value = wordsFor(problem);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        unlockSound();
        if (pin.value.length >= DIGITS.min && !isBusy.value) void start();
      }}
    >
      <Field
        label={t('shift.pin', { name: staff.name })}
        value={pin.value}
        onInput={type}
        error={error.value}
        isSecret
        inputMode="numeric"
        autoComplete="off"
        maxLength={DIGITS.max}
      />
      <Keypad value={pin.value} onChange={type} maxLength={DIGITS.max} />
      <Button
        type="submit"
        look="main"
        wide
        icon="arrow"
        disabled={isBusy.value || pin.value.length < DIGITS.min}
      >
        {t(isBusy.value ? 'shift.busy' : 'shift.start')}
      </Button>
      {isCut.value && (
        <Button wide icon="cloudOff" onClick={onByName}>
          {t('shift.byName')}
        </Button>
      )}
      <Button look="quiet" icon="back" onClick={onBack}>
        {t('shift.notMe')}
      </Button>
    </form>
  );
}
