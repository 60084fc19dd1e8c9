// Finding an article: a scan with the scanner or the camera, or words. Whoever draws it says what happens with it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Item } from '../../data/model.ts';
import { plural, t } from '../../i18n/index.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { useScans } from '../../scan/scans.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Field } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { ItemList } from './ItemList.tsx';
import { isTypedScan, scannedArticle } from './scanned.ts';
import { type Found, searchItems } from './search.ts';

/** Somebody who types is not asked after each letter. */
const TYPED_MILLISECONDS = 250;
const WORD_CHARACTERS_MIN = 2;

export function FindItem({
  href,
  onFound,
}: {
  href: (sku: string) => string;
  onFound: (sku: string) => void;
}) {
  const words = useSignal('');
  const found = useSignal<Found | null>(null);
  const hear = async (code: string) => {
    const item = await scannedArticle(code, (why) => toast(why, 'bad'));
    if (item !== null) onFound(item.sku);
  };
  useScans((code) => void hear(code));
  const text = words.value.trim();
  useEffect(() => {
    if (text.length < WORD_CHARACTERS_MIN) {
      found.value = null;
      return;
    }
    let isWanted = true;
    const search = async () => {
      const answer = await searchItems(text);
      if (isWanted) found.value = answer;
    };
    const timer = setTimeout(() => void search(), TYPED_MILLISECONDS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [text]);
  const submit = (event: Event) => {
    event.preventDefault();
    const only = found.value?.items.length === 1 ? found.value.items[0] : undefined;
    if (isTypedScan(text)) {
      // The next scan is not to be typed behind it.
      words.value = '';
      void hear(text);
    } else if (only !== undefined) onFound(only.sku);
  };
  return (
    <section class="find-item">
      <form class="find-item-form" onSubmit={submit}>
        <Field
          label={t('stock.search')}
          hint={t('stock.searchHint')}
          value={words.value}
          onInput={(value) => {
            words.value = value;
          }}
          inputMode="search"
          autoComplete="off"
          maxLength={200}
        />
        <CameraButton />
      </form>
      {found.value !== null && <Results found={found.value} href={href} />}
    </section>
  );
}

function Results({ found, href }: { found: Found; href: (sku: string) => string }) {
  const list: readonly Item[] = found.items;
  return (
    <div>
      <p role="status" class="stock-soft">
        {plural('stock.found', list.length)}
        {found.isFromHere && ` · ${t('stock.foundHere')}`}
      </p>
      {list.length === 0 ? (
        <EmptyState icon="search" text={t('stock.notFound')} />
      ) : (
        <ItemList items={list} href={href} />
      )}
    </div>
  );
}
