// Where a delivery goes.
import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { settings } from '../../app/settings.ts';
import { t } from '../../i18n/index.ts';
import { LOCALES } from '../../i18n/words.ts';
import { Field } from '../../ui/Field.tsx';
import { COUNTRIES, type SaleDraft, type SaleField } from './sale.ts';
import type { FieldProps } from './sold.ts';

export function AddressFields({
  draft,
  fieldOf,
}: {
  draft: Signal<SaleDraft>;
  fieldOf: (field: SaleField) => FieldProps;
}) {
  const id = useId();
  const names = new Intl.DisplayNames(LOCALES[settings.value.language], { type: 'region' });
  const own = draft.value.country;
  return (
    <>
      <Field {...fieldOf('street')} autoComplete="off" maxLength={200} required />
      <Field {...fieldOf('postalCode')} autoComplete="off" maxLength={20} required />
      <Field {...fieldOf('city')} autoComplete="off" maxLength={100} required />
      <div class="field">
        <label for={id}>{t('sell.country')}</label>
        <select
          id={id}
          value={own}
          onChange={(event) => {
            draft.value = { ...draft.value, country: event.currentTarget.value };
          }}
        >
          {[...new Set([own, ...COUNTRIES])].map((code) => (
            <option key={code} value={code}>
              {names.of(code)}
            </option>
          ))}
        </select>
      </div>
      <Field
        label={t('sell.instructions')}
        value={draft.value.instructions}
        onInput={(instructions) => {
          draft.value = { ...draft.value, instructions };
        }}
        autoComplete="off"
        maxLength={500}
      />
    </>
  );
}
