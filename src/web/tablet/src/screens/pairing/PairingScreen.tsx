// Pairing: the six digits, typed, in the link that brought somebody here, or in that link's QR code.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { takePairingCode } from '../../app/router.ts';
import { pair, revoked, waiting } from '../../data/index.ts';
import { plural, t } from '../../i18n/index.ts';
import type { TextKey } from '../../i18n/words.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { useScans } from '../../scan/scans.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { pairingCodeIn } from './pairingCode.ts';

const DIGITS = 6;

export function PairingScreen() {
  const code = useSignal('');
  const isBusy = useSignal(false);
  const error = useSignal<TextKey | null>(null);
  const send = async () => {
    if (code.value.length !== DIGITS || isBusy.value) return;
    isBusy.value = true;
    error.value = null;
    const problem = await pair(code.value);
    isBusy.value = false;
    if (problem === null) return;
    code.value = '';
    error.value = wordsFor(problem.status);
  };
  const type = (typed: string) => {
    code.value = typed.replace(/\D/g, '').slice(0, DIGITS);
    void send();
  };
  useScans((text) => {
    const scanned = pairingCodeIn(text);
    if (scanned === null) error.value = 'pairing.otherCode';
    else type(scanned);
  });
  useEffect(() => {
    const fromLink = takePairingCode();
    if (fromLink !== null) type(fromLink);
  }, []);
  return (
    <main class="start" data-screen="pairing">
      <h1>{t('pairing.title')}</h1>
      {revoked.value && <p role="alert">{t('pairing.revoked')}</p>}
      {waiting.value > 0 && <p>{plural('pairing.kept', waiting.value)}</p>}
      <p>{t('pairing.explain')}</p>
      <CameraButton />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Field
          label={t('pairing.code')}
          value={code.value}
          onInput={type}
          inputMode="numeric"
          autoComplete="one-time-code"
          error={error.value && t(error.value)}
        />
        <Keypad value={code.value} onChange={type} maxLength={DIGITS} />
        <Button type="submit" look="main" wide disabled={isBusy.value || code.value.length !== DIGITS}>
          {t(isBusy.value ? 'pairing.busy' : 'pairing.pair')}
        </Button>
      </form>
    </main>
  );
}

function wordsFor(status: number): TextKey {
  if (status === 0) return 'pairing.offline';
  if (status === 429) return 'pairing.limited';
  return status === 404 || status === 400 ? 'pairing.wrong' : 'banner.failed';
}
