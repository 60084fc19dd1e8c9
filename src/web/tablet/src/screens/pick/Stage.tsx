// Everything is found or given up: where the order is put, and that it is ready.
import { useSignal } from '@preact/signals';
import { fromHere } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { act } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { isAnythingFound } from './pickState.ts';
import { SHELF_CHARACTERS_MAX } from './shelfNames.ts';
import { rememberShelf, shelvesFor } from './shelves.ts';
import './stage.css';

/** `onScan` gets a scan that is one of the order's articles: true where it was one. */
export function Stage({
  order,
  title,
  onScan,
}: {
  order: OrderView;
  title?: string;
  onScan?: (code: string) => boolean;
}) {
  const shelf = useSignal('');
  const isShort = order.lines.some(({ missing }) => missing > 0);
  // A label on a shelf is a code like any other.
  useScans((code) => {
    if (!onScan?.(code)) shelf.value = code.slice(0, SHELF_CHARACTERS_MAX);
  });
  if (!isAnythingFound(order.lines)) return <NothingFound order={order} />;
  const ready = async () => {
    const name = shelf.value.trim();
    await act({ kind: 'ready', subject: order.id, body: name === '' ? {} : { shelf: name } });
    if (name !== '') rememberShelf(name);
    play('done');
  };
  return (
    <section class="stage" data-stage={order.id} aria-label={t('stage.shelf')}>
      <h2>
        <Icon name={isShort ? 'alert' : 'check'} />
        {title ?? t(isShort ? 'stage.partial' : 'stage.title')}
      </h2>
      <form
        class="stage-form"
        onSubmit={(event) => {
          event.preventDefault();
          // A scanner types into the field while it has the focus: an article is no shelf.
          if (onScan?.(shelf.value.trim())) shelf.value = '';
          else void ready();
        }}
      >
        <label class="stage-label">
          <span>{t('stage.shelf')}</span>
          <input
            class="stage-input"
            value={shelf.value}
            maxLength={SHELF_CHARACTERS_MAX}
            autoComplete="off"
            autoCapitalize="characters"
            enterkeyhint="done"
            onInput={(event) => {
              shelf.value = event.currentTarget.value;
            }}
          />
        </label>
        <Offers offers={shelvesFor(order)} shelf={shelf.value} onChoose={(name) => (shelf.value = name)} />
        <Button look="main" wide type="submit" icon="bag">
          {t('stage.ready')}
        </Button>
      </form>
    </section>
  );
}

function Offers({
  offers,
  shelf,
  onChoose,
}: {
  offers: readonly string[];
  shelf: string;
  onChoose: (shelf: string) => void;
}) {
  if (offers.length === 0) return null;
  return (
    <fieldset class="stage-offers">
      <legend class="visually-hidden">{t('stage.offers')}</legend>
      {offers.map((name) => (
        <Button key={name} pressed={name === shelf} onClick={() => onChoose(name)}>
          {name}
        </Button>
      ))}
    </fieldset>
  );
}

function NothingFound({ order }: { order: OrderView }) {
  const cancel = async () => {
    const goTo = fromHere();
    await act({ kind: 'cancel', subject: order.id, body: { reason: t('stage.cancelReason') } });
    goTo('queue');
  };
  return (
    <section class="stage" data-stage={order.id}>
      <h2>
        <Icon name="alert" />
        {t('stage.nothing')}
      </h2>
      <Button look="bad" icon="cross" onClick={() => void cancel()}>
        {t('stage.cancel')}
      </Button>
    </section>
  );
}
