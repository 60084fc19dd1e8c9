// Why an order, or a part of it, is not handed over: one of a few reasons, or words of one's own.
import { useSignal } from '@preact/signals';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';

const REASONS = ['changed_mind', 'wrong_item', 'damaged', 'identity', 'payment', 'else'] as const;
type Reason = (typeof REASONS)[number];

const CHARACTERS_MAX = 200;

export function RefuseDialog({
  onClose,
  onRefuse,
}: {
  onClose: () => void;
  onRefuse: (reason: string) => void;
}) {
  const chosen = useSignal<Reason | null>(null);
  const words = useSignal('');
  const reason =
    chosen.value === null
      ? ''
      : chosen.value === 'else'
        ? words.value.trim()
        : t(`counter.refuse.${chosen.value}`);
  return (
    <Dialog
      title={t('counter.refuse.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.back')}</Button>
          <Button look="bad" icon="cross" disabled={reason === ''} onClick={() => onRefuse(reason)}>
            {t('counter.refuse.button')}
          </Button>
        </>
      }
    >
      <p>{t('counter.refuse.explain')}</p>
      <div class="desk-reasons">
        {REASONS.map((one) => (
          <Button
            key={one}
            pressed={chosen.value === one}
            onClick={() => {
              chosen.value = one;
            }}
          >
            {t(`counter.refuse.${one}`)}
          </Button>
        ))}
      </div>
      {chosen.value === 'else' && (
        <Field
          label={t('counter.refuse.words')}
          value={words.value}
          maxLength={CHARACTERS_MAX}
          onInput={(value) => {
            words.value = value;
          }}
        />
      )}
    </Dialog>
  );
}
