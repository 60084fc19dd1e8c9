// The start of a shift: one tap, which is also what a browser asks for before it makes a sound.
import { useSignal } from '@preact/signals';
import { startShift } from '../../data/index.ts';
import type { Device } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Toasts, toast } from '../../ui/Toast.tsx';

export function ShiftScreen({ device }: { device: Device }) {
  const name = useSignal('');
  const start = async () => {
    const problem = await startShift({ name: name.value.trim() || device.name });
    if (problem !== null) toast(problem.title, 'bad');
  };
  return (
    <main class="start" data-screen="shift">
      <h1>{t('shift.title')}</h1>
      <p>{t('shift.at', { location: device.location.name, device: device.name })}</p>
      <p>{t('shift.explain')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <Field
          label={t('shift.name')}
          value={name.value}
          onInput={(value) => {
            name.value = value;
          }}
          maxLength={100}
          autoComplete="off"
        />
        <Button type="submit" look="main" wide icon="sound">
          {t('shift.start')}
        </Button>
      </form>
      <Toasts />
    </main>
  );
}
