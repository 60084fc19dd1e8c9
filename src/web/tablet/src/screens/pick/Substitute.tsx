// Another article in place of a missing one: found by a scan or by words, and only with the customer's consent, which is
// written down.
import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { act, levels, read, shift, wantLevel } from '../../data/index.ts';
import type { Item, OrderView } from '../../data/model.ts';
import { named, t } from '../../i18n/index.ts';
import { useScans } from '../../scan/scans.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { ItemPicture } from './ItemPicture.tsx';
import { articleOf, nameOf } from './names.ts';

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
  const consent = useSignal<Consent | null>(null);
  const choose = (item: Item) => {
    void wantLevel(item.sku);
    setChosen(item);
  };
  useScans((code) => {
    void articleOf(code).then((item) => item !== null && choose(item));
  });
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
      {chosen === null ? <Search except={sku} onChoose={choose} /> : <Chosen item={chosen} />}
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

function Search({ except, onChoose }: { except: string; onChoose: (item: Item) => void }) {
  const words = useSignal('');
  const [found, setFound] = useState<readonly Item[] | null>(null);
  const search = async () => {
    // A scanner types into the field: its code names one article.
    const exact = await articleOf(words.value.trim());
    if (exact !== null && exact.sku !== except) {
      onChoose(exact);
      return;
    }
    const answer = await read<{ data: Item[] }>(
      `/v1/items?q=${encodeURIComponent(words.value.trim())}&limit=${FOUND_MAX}`,
    );
    setFound(answer.ok ? answer.value.data.filter(({ sku }) => sku !== except) : []);
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
      {found?.length === 0 && <p role="status">{t('substitute.none')}</p>}
      <ul class="places">
        {(found ?? []).map((item) => (
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
