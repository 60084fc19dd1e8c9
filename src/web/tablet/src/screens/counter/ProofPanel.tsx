// How it is proved that the right person stands there: the code, or a reason and a name; for a delivery its carrier.
import { now } from '../../data/index.ts';
import { clockTime, duration, plural, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { DispatchFields } from './DispatchFields.tsx';
import { PICKUP_CODE_DIGITS, type Proof } from './handOver.ts';
import { OverrideFields } from './OverrideFields.tsx';
import { openScan } from './openScan.ts';
import { readOrderCode } from './orderCode.ts';
import { lockOf, scannedCode } from './state.ts';
import { type Desk, firstOverride } from './useDesk.ts';

export function ProofPanel({ desk }: { desk: Desk }) {
  const { proof, order, triesLeft } = desk;
  const set = (value: Proof) => {
    triesLeft.value = null;
    proof.value = value;
  };
  const { value } = proof;
  if (value.by === 'dispatch') return <DispatchFields order={order} proof={value} onChange={set} />;
  return (
    <div class="desk-proof">
      {value.by === 'override' ? (
        <OverrideFields proof={value} onChange={set} />
      ) : (
        <CodeFields desk={desk} code={value.code} onChange={(code) => set({ by: 'code', code })} />
      )}
    </div>
  );
}

/** From the code to a reason and a name, and back. */
export function ProofSwitch({ desk: { proof, triesLeft, isBusy } }: { desk: Desk }) {
  const { by } = proof.value;
  if (by === 'dispatch') return null;
  const isOverride = by === 'override';
  return (
    <Button
      icon={isOverride ? 'lock' : 'user'}
      disabled={isBusy}
      onClick={() => {
        triesLeft.value = null;
        proof.value = isOverride ? { by: 'code', code: '' } : firstOverride();
      }}
    >
      {t(isOverride ? 'counter.withCode' : 'counter.noCode')}
    </Button>
  );
}

function CodeFields({
  desk: { order, triesLeft, isBusy },
  code,
  onChange,
}: {
  desk: Desk;
  code: string;
  onChange: (code: string) => void;
}) {
  const locked = lockOf(order.id, now.value);
  const scanned = scannedCode.value;
  if (scanned?.id === order.id && scanned.pickupCode === code && locked === null) {
    return (
      <div class="desk-scanned">
        <p>
          <Icon name="check" />
          {t('counter.codeScanned')}
        </p>
        <Button
          disabled={isBusy}
          onClick={() => {
            scannedCode.value = null;
            onChange('');
          }}
        >
          {t('counter.codeChange')}
        </Button>
      </div>
    );
  }
  const submit = (event: Event) => {
    event.preventDefault();
    // A scanner types into the field when it has the focus.
    if (readOrderCode(code) !== null) openScan(code);
    else document.getElementById('hand-over')?.focus();
  };
  return (
    <form class="desk-code" onSubmit={submit}>
      <Field
        label={t('counter.code')}
        hint={t('counter.codeHint')}
        value={code}
        inputMode="numeric"
        autoComplete="off"
        disabled={isBusy || locked !== null}
        error={errorOf(locked, triesLeft.value)}
        onInput={(typed) => onChange(typed.replace(/\s/g, ''))}
      />
      {locked === null && <Keypad value={code} onChange={onChange} maxLength={PICKUP_CODE_DIGITS} />}
    </form>
  );
}

function errorOf(locked: number | null, triesLeft: number | null): string | null {
  if (locked !== null) {
    return t('counter.locked', { time: clockTime(locked), left: duration(locked - now.value) });
  }
  return triesLeft === null || triesLeft === 0 ? null : plural('counter.wrongCode', triesLeft);
}
