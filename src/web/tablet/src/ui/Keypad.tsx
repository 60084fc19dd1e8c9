// Digits for gloves: for codes, PINs and quantities. A keyboard's digits work in the field that it stands under.
import { t } from '../i18n/index.ts';
import { Button } from './Button.tsx';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

export function Keypad({
  value,
  onChange,
  maxLength,
}: {
  value: string;
  onChange: (value: string) => void;
  maxLength: number;
}) {
  const add = (digit: string) => {
    if (value.length < maxLength) onChange(value + digit);
  };
  return (
    <fieldset class="keypad" style={{ border: 0, padding: 0, margin: 0 }}>
      <legend class="visually-hidden">0–9</legend>
      {DIGITS.map((digit) => (
        <Button key={digit} onClick={() => add(digit)}>
          {digit}
        </Button>
      ))}
      <span />
      <Button onClick={() => add('0')}>0</Button>
      <Button icon="erase" label={t('action.erase')} onClick={() => onChange(value.slice(0, -1))} />
    </fieldset>
  );
}
