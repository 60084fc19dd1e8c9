// A number of units with one less and one more beside it; large numbers are typed.
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';

const DIGITS_MAX = 5;

export function Stepper({
  label,
  of,
  value,
  min,
  onSet,
}: {
  label: string;
  /** What is counted, for screen readers. */
  of: string;
  value: number;
  min: number;
  onSet: (value: number) => void;
}) {
  return (
    <div class="stepper">
      <span class="stepper-label" aria-hidden="true">
        {label}
      </span>
      <div class="stepper-row">
        <Button
          label={t('transfers.less', { label, name: of })}
          disabled={value <= min}
          onClick={() => onSet(value - 1)}
        >
          −
        </Button>
        <input
          class="stepper-value"
          inputMode="numeric"
          aria-label={`${label} : ${of}`}
          value={value}
          maxLength={DIGITS_MAX}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => {
            const typed = /^\d{1,5}$/.test(event.currentTarget.value)
              ? Number(event.currentTarget.value)
              : value;
            event.currentTarget.value = String(Math.max(min, typed));
            onSet(Math.max(min, typed));
          }}
        />
        <Button label={t('transfers.more', { label, name: of })} onClick={() => onSet(value + 1)}>
          +
        </Button>
      </div>
    </div>
  );
}
