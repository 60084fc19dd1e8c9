// Counting one article. Blind: what is expected shows only after the number, or to whoever asks for it.
import { useSignal } from '@preact/signals';
import { hrefTo } from '../../app/router.ts';
import { items } from '../../data/index.ts';
import { t } from '../../i18n/index.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { ItemHead } from '../stock/ItemHead.tsx';
import { CountDone } from './CountDone.tsx';
import { COUNT_DIGITS_MAX } from './entry.ts';
import { useCount } from './useCount.ts';

/** A number with a barcode behind it. */
const TYPED_MAX = 20;

export function CountItem({ sku }: { sku: string }) {
  const count = useCount(sku);
  const item = items.value.get(sku);
  const back = (
    <div class="stock-actions">
      <ButtonLink href={hrefTo('count')} icon="back">
        {t('count.toList')}
      </ButtonLink>
      <CameraButton isRepeated />
    </div>
  );
  if (item === undefined) {
    return (
      <>
        {back}
        {count.isReading ? (
          <p role="status">{t('app.loading')}</p>
        ) : (
          <EmptyState isPage icon="cloudOff" text={t('stock.noAnswer')} />
        )}
      </>
    );
  }
  if (count.step.value === 'done') {
    return (
      <CountDone
        sku={sku}
        units={count.counted.value}
        expected={count.expected}
        outcome={count.outcome.value}
        onAgain={count.again}
      />
    );
  }
  return (
    <>
      {back}
      <div class="stock-columns">
        <div class="stock-column">
          <ItemHead item={item} />
          <Expected expected={count.expected} />
        </div>
        <CountForm count={count} />
      </div>
    </>
  );
}

/** A toggle: whoever sees the number before counting finds it again on the shelf. */
function Expected({ expected }: { expected: number | null }) {
  const isShown = useSignal(false);
  return (
    <div class="stock-actions">
      <Button
        icon="search"
        pressed={isShown.value}
        onClick={() => {
          isShown.value = !isShown.value;
        }}
      >
        {t('count.showExpected')}
      </Button>
      {isShown.value && (
        <strong role="status">
          {expected === null ? t('count.expectedUnknown') : t('count.expected', { n: expected })}
        </strong>
      )}
    </div>
  );
}

function CountForm({ count }: { count: ReturnType<typeof useCount> }) {
  const { entry, text, step, hasMoved, expected } = count;
  const isDifferent = step.value === 'different' && entry.kind === 'number';
  return (
    <form
      class="count-form"
      onSubmit={(event) => {
        event.preventDefault();
        count.submit();
      }}
    >
      <Field
        label={t('count.counted')}
        hint={t('count.hint')}
        value={text.value}
        onInput={(value) => count.set(value.replace(/[^0-9A-Za-z-]/g, ''))}
        inputMode="numeric"
        autoComplete="off"
        maxLength={TYPED_MAX}
        error={entry.kind === 'wrong' ? t('count.wrong') : null}
      />
      {/* The question takes its place, so that both answers are seen without scrolling; typing brings it back. */}
      {!isDifferent && <Keypad value={text.value} onChange={count.set} maxLength={COUNT_DIGITS_MAX} />}
      {hasMoved && (
        <p class="stock-old" role="alert">
          <Icon name="alert" />
          {t('count.moved')}
        </p>
      )}
      {isDifferent && !hasMoved && (
        <p class="stock-old" role="alert" data-count="different">
          <Icon name="alert" />
          {t('count.different', { counted: entry.units, expected: expected ?? 0 })}
        </p>
      )}
      {hasMoved || isDifferent ? (
        <Button icon="sync" wide onClick={count.again} {...(hasMoved ? { look: 'main' as const } : {})}>
          {t('count.again')}
        </Button>
      ) : null}
      {!hasMoved && (
        <Button look="main" type="submit" wide icon="check" disabled={entry.kind !== 'number'}>
          {t(isDifferent ? 'count.sure' : 'count.save')}
        </Button>
      )}
    </form>
  );
}
