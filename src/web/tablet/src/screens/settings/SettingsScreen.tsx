// Settings: language, appearance, sound, and whose tablet this is.
import { useSignal } from '@preact/signals';
import { choose, settings } from '../../app/settings.ts';
import { device, endShift, unpair } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';

export function SettingsScreen() {
  const isAsking = useSignal(false);
  const { language, theme, sound } = settings.value;
  const close = () => {
    isAsking.value = false;
  };
  return (
    <div class="settings">
      <h1>{t('settings.title')}</h1>
      <Choice
        legend={t('settings.language')}
        current={language}
        options={{ fr: 'Français', en: 'English' }}
        onChoose={(value) => choose({ language: value })}
      />
      <Choice
        legend={t('settings.theme')}
        current={theme}
        options={{
          auto: t('settings.theme.auto'),
          light: t('settings.theme.light'),
          dark: t('settings.theme.dark'),
        }}
        onChoose={(value) => choose({ theme: value })}
      />
      <Choice
        legend={t('settings.sound')}
        current={sound ? 'on' : 'off'}
        options={{ on: t('settings.sound.on'), off: t('settings.sound.off') }}
        onChoose={(value) => choose({ sound: value === 'on' })}
      />
      <h2>{t('settings.device')}</h2>
      {device.value && (
        <p>{t('shift.at', { location: device.value.location.name, device: device.value.name })}</p>
      )}
      <div class="choice">
        <Button icon="user" onClick={() => void endShift()}>
          {t('shift.end')}
        </Button>
        <Button
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {t('settings.unpair')}
        </Button>
      </div>
      {isAsking.value && (
        <Dialog
          title={t('settings.unpair')}
          onClose={close}
          actions={
            <>
              <Button onClick={close}>{t('action.cancel')}</Button>
              <Button look="bad" onClick={() => void unpair()}>
                {t('settings.unpair')}
              </Button>
            </>
          }
        >
          <p>{t('settings.unpairAsk')}</p>
        </Dialog>
      )}
    </div>
  );
}

function Choice<Value extends string>({
  legend,
  current,
  options,
  onChoose,
}: {
  legend: string;
  current: Value;
  options: Record<Value, string>;
  onChoose: (value: Value) => void;
}) {
  const values = Object.keys(options).filter((key): key is Value => key in options);
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {values.map((value) => (
        <Button key={value} pressed={value === current} onClick={() => onChoose(value)}>
          {options[value]}
        </Button>
      ))}
    </fieldset>
  );
}
