// Whose it will be: the customer's name and how to reach them, and for a delivery where it goes.
import { useSignal } from '@preact/signals';
import { settings } from '../../app/settings.ts';
import { play } from '../../app/sound.ts';
import { act, device, online } from '../../data/index.ts';
import type { Outcome } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { LOCALES } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { nameOf } from '../pick/names.ts';
import { AddressFields } from './AddressFields.tsx';
import { errorsOf, referenceOf, type SaleDraft, type SaleErrors, type SaleField, saleOf } from './sale.ts';
import type { Chosen, FieldProps, Sold } from './sold.ts';

const REFERENCE_LETTERS = 5;

export function SaleForm({
  sku,
  chosen,
  onBack,
  onSold,
}: {
  sku: string;
  chosen: Chosen;
  onBack: () => void;
  onSold: (sold: Sold) => void;
}) {
  const draft = useSignal<SaleDraft>(blank(sku, chosen));
  const errors = useSignal<SaleErrors>({});
  const isBusy = useSignal(false);
  const { way, place, quantity } = chosen;
  const fieldOf = (field: SaleField): FieldProps => ({
    label: t(`sell.${field}`),
    value: draft.value[field],
    onInput: (value) => {
      draft.value = { ...draft.value, [field]: value };
      errors.value = { ...errors.value, [field]: undefined };
    },
    error: errorText(errors.value, field),
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    errors.value = errorsOf(draft.value);
    const own = device.value?.location.code;
    if (Object.keys(errors.value).length > 0 || own === undefined || isBusy.value) {
      play('wrong');
      return;
    }
    isBusy.value = true;
    onSold(await sell(draft.value, chosen, own));
  };
  return (
    <form class="sale-form" onSubmit={(event) => void submit(event)} noValidate>
      <div class="stock-actions">
        <Button icon="back" onClick={onBack}>
          {t('sell.otherPlace')}
        </Button>
      </div>
      <h1>{t(`sell.way.${way}`)}</h1>
      <p class="sale-what">
        <strong>
          {quantity} × {nameOf(sku)}
        </strong>
        <span>{t('sell.fromPlace', { place: place.name })}</span>
      </p>
      <div class="sale-fields">
        <Field {...fieldOf('name')} autoComplete="off" maxLength={200} required />
        <Field {...fieldOf('phone')} hint={t('sell.phoneHint')} autoComplete="off" maxLength={32} />
        <Field {...fieldOf('email')} autoComplete="off" maxLength={254} />
        {way === 'deliver' && <AddressFields draft={draft} fieldOf={fieldOf} />}
      </div>
      {way !== 'deliver' && (
        <label class="sale-tick">
          <input
            type="checkbox"
            checked={draft.value.isPaid}
            onChange={(event) => {
              draft.value = { ...draft.value, isPaid: event.currentTarget.checked };
            }}
          />
          <span>{t('sell.isPaid')}</span>
        </label>
      )}
      {way === 'deliver' && <p class="stock-soft">{t('sell.paidFirst')}</p>}
      {!online.value && (
        <p class="stock-old" role="alert">
          <Icon name="cloudOff" />
          {t('sell.offline')}
        </p>
      )}
      <Button look="main" type="submit" icon="check" disabled={isBusy.value || !online.value}>
        {t(isBusy.value ? 'sell.selling' : 'sell.sell')}
      </Button>
    </form>
  );
}

async function sell(draft: SaleDraft, chosen: Chosen, own: string): Promise<Sold> {
  const chance = [...crypto.getRandomValues(new Uint8Array(REFERENCE_LETTERS))];
  const reference = referenceOf(own, new Date(), chance);
  const locale = LOCALES[settings.value.language];
  const body = saleOf(draft, own, { reference, locale });
  const { action, done } = await act({ kind: 'sell', subject: reference, body });
  return { draft, chosen, reference, actionId: action.id, done: done satisfies Promise<Outcome> };
}

function errorText(errors: SaleErrors, field: SaleField): string | null {
  const error = errors[field];
  if (error === undefined) return null;
  return t(error === 'required' && field === 'phone' ? 'sell.error.contact' : `sell.error.${error}`);
}

function blank(sku: string, { way, place, quantity }: Chosen): SaleDraft {
  return {
    ...{ sku, quantity, way, from: place.code, name: '', phone: '', email: '', isPaid: true },
    ...{ street: '', postalCode: '', city: '', instructions: '' },
    country: device.value?.location.address.country ?? 'FR',
  };
}
