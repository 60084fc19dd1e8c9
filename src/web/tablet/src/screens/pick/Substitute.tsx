// Another article in place of a missing one: found by a scan or by words, and only with the customer's consent, which is
// written down.
import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { play } from '../../app/sound.ts';
import { act, levels, shift, wantLevel } from '../../data/index.ts';
import type { Item, OrderView } from '../../data/model.ts';
import { named, plural, t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { isTypedScan, scannedArticle } from '../stock/scanned.ts';
import { type Found, searchItems } from '../stock/search.ts';
import { ItemPicture } from './ItemPicture.tsx';
import { nameOf } from './names.ts';

const FOUND_MAX = 6;
const CONSENTS = ['phone', 'counter', 'message'] as const;
type Consent = (typeof CONSENTS)[number];

export function Substitute({
  order,
  sku,
  units,
  onBack,
  onClose,
}: {
  order: OrderView;
  sku: string;
  units: number;
  onBack: () => void;
  onClose: () => void;
}) {
  const [chosen, setChosen] = useState<Item | null>(null);
  /** Why the last scan is no replacement. */
  const [refused, setRefused] = useState<string | null>(null);
  const consent = useSignal<Consent | null>(null);
  const inOrder = order.lines.map((line) => line.sku);
  const choose = (item: Item) => {
    setRefused(null);
    void wantLevel(item.sku);
    setChosen(item);
  };
  const hear = async (code: string) => {
    const item = await scannedArticle(code, setRefused);
    if (item === null) return;
    if (!inOrder.includes(item.sku)) return choose(item);
    play('wrong');
    setRefused(t('substitute.inOrder', { name: named(item.name) }));
  };
  useScans((code) => void hear(code));
  const replace = async () => {
    if (chosen === null || consent.value === null) return;
    const how = t(`substitute.${consent.value}`);
    const note = t('substitute.note', { how, name: shift.value?.name ?? '' });
    await act({
      kind: 'substitute',
      subject: order.id,
      body: { sku, by: { sku: chosen.sku, quantity: units }, consent: { givenBy: 'customer', note } },
    });
    toast(t('substitute.done', { name: named(chosen.name) }), 'good');
    onClose();
  };
  return (
    <Dialog
      title={t('substitute.title', { name: nameOf(sku) })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onBack}>{t('missing.back')}</Button>
          <Button
            look="main"
            icon="check"
            disabled={chosen === null || consent.value === null}
            onClick={() => void replace()}
          >
            {t('substitute.do', { n: units })}
          </Button>
        </>
      }
    >
      {refused !== null && (
        <p class="field-error" role="alert">
          {refused}
        </p>
      )}
      {chosen === null ? (
        <Search except={inOrder} onChoose={choose} onScan={(code) => void hear(code)} />
      ) : (
        <Chosen item={chosen} />
      )}
      <fieldset class="choice">
        <legend>{t('substitute.consent')}</legend>
        {CONSENTS.map((one) => (
          <Button
            key={one}
            pressed={consent.value === one}
            onClick={() => {
              consent.value = one;
            }}
          >
            {t(`substitute.${one}`)}
          </Button>
        ))}
      </fieldset>
    </Dialog>
  );
}

function Search({
  except,
  onChoose,
  onScan,
}: {
  except: readonly string[];
  onChoose: (item: Item) => void;
  onScan: (code: string) => void;
}) {
  const words = useSignal('');
  const [found, setFound] = useState<Found | null>(null);
  const search = async () => {
    const text = words.value.trim();
    if (isTypedScan(text)) {
      words.value = '';
      onScan(text);
      return;
    }
    const { items, isFromHere } = await searchItems(text);
    const others = items.filter(({ sku }) => !except.includes(sku));
    setFound({ items: others.slice(0, FOUND_MAX), isFromHere });
  };
  return (
    <form
      class="substitute-search"
      onSubmit={(event) => {
        event.preventDefault();
        if (words.value.trim() !== '') void search();
      }}
    >
      <Field
        label={t('substitute.search')}
        value={words.value}
        onInput={(value) => {
          words.value = value;
        }}
        inputMode="search"
        autoComplete="off"
      />
      <Button type="submit" icon="search">
        {t('substitute.find')}
      </Button>
      {found !== null && (
        <p role="status">
          {plural('stock.found', found.items.length)}
          {found.isFromHere && ` · ${t('stock.foundHere')}`}
        </p>
      )}
      <ul class="places">
        {(found?.items ?? []).map((item) => (
          <li key={item.sku}>
            <button type="button" class="line-row" onClick={() => onChoose(item)}>
              <ItemPicture sku={item.sku} size="small" />
              <span class="line-row-words">
                <span class="line-row-name">{named(item.name)}</span>
                <span class="line-row-place">{item.sku}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </form>
  );
}

function Chosen({ item }: { item: Item }) {
  const level = levels.value.get(item.sku);
  return (
    <p class="place">
      <ItemPicture sku={item.sku} size="small" />
      <span class="place-words">
        <strong>{named(item.name)}</strong>
        <span>{level === undefined ? t('pick.stockUnknown') : t('pick.stock', { n: level.onHand })}</span>
      </span>
    </p>
  );
}
