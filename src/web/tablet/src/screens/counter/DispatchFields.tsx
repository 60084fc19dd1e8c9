// A parcel has no customer at the counter: who takes it away, and under which number.
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { Proof } from './handOver.ts';
import { openScan } from './openScan.ts';
import { readOrderCode } from './orderCode.ts';

const CHARACTERS_MAX = 100;

type Dispatch = Extract<Proof, { by: 'dispatch' }>;

export function DispatchFields({
  order: { deliverTo },
  proof,
  onChange,
}: {
  order: OrderView;
  proof: Dispatch;
  onChange: (proof: Dispatch) => void;
}) {
  useScans((code) => {
    if (readOrderCode(code) !== null) openScan(code);
    else onChange({ ...proof, trackingNumber: code.slice(0, CHARACTERS_MAX) });
  });
  return (
    <fieldset class="desk-dispatch">
      <legend>{t('counter.dispatch.title')}</legend>
      {deliverTo !== null && (
        <address class="desk-dispatch-to">
          <Icon name="truck" />
          <span>
            <strong>{deliverTo.name}</strong>
            <br />
            {deliverTo.street}
            <br />
            {deliverTo.postalCode} {deliverTo.city}, {deliverTo.country}
            {deliverTo.instructions !== undefined && (
              <>
                <br />
                {deliverTo.instructions}
              </>
            )}
          </span>
        </address>
      )}
      <Field
        label={t('counter.dispatch.carrier')}
        value={proof.carrier}
        maxLength={CHARACTERS_MAX}
        onInput={(carrier) => onChange({ ...proof, carrier })}
      />
      <Field
        label={t('counter.dispatch.tracking')}
        hint={t('counter.dispatch.trackingHint')}
        value={proof.trackingNumber}
        maxLength={CHARACTERS_MAX}
        autoComplete="off"
        onInput={(trackingNumber) => onChange({ ...proof, trackingNumber })}
      />
    </fieldset>
  );
}
