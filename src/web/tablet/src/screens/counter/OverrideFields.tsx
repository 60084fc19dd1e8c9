// Handing over without a code: why, and on whose word. Both stay in the order's history.
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import type { Proof } from './handOver.ts';

const REASONS = ['lost', 'noPhone', 'person'] as const;
/** With the name behind it, what the API takes is 200. */
const REASON_CHARACTERS_MAX = 120;
const NAME_CHARACTERS_MAX = 70;

type Override = Extract<Proof, { by: 'override' }>;

export function OverrideFields({
  proof,
  onChange,
}: {
  proof: Override;
  onChange: (proof: Override) => void;
}) {
  return (
    <fieldset class="desk-override">
      <legend>{t('counter.override.title')}</legend>
      <p class="desk-soft">{t('counter.override.explain')}</p>
      <div class="desk-reasons">
        {REASONS.map((reason) => {
          const text = t(`counter.override.${reason}`);
          return (
            <Button
              key={reason}
              pressed={proof.reason === text}
              onClick={() => onChange({ ...proof, reason: text })}
            >
              {text}
            </Button>
          );
        })}
      </div>
      <Field
        label={t('counter.override.reason')}
        value={proof.reason}
        maxLength={REASON_CHARACTERS_MAX}
        onInput={(reason) => onChange({ ...proof, reason })}
      />
      <Field
        label={t('counter.override.name')}
        value={proof.name}
        maxLength={NAME_CHARACTERS_MAX}
        autoComplete="off"
        onInput={(name) => onChange({ ...proof, name })}
      />
    </fieldset>
  );
}
