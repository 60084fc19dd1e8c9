// The put-back list: units of orders that ended while they lay ready. They are sold to nobody until they are back on
// their shelves, and that is told order by order.
import { useEffect } from 'preact/hooks';
import { play } from '../../app/sound.ts';
import { act, answerOrOffline, items, orders } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { named, t } from '../../i18n/index.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { useScans } from '../../scan/scans.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { toast } from '../../ui/Toast.tsx';
import { PutBackOrder } from './PutBackOrder.tsx';
import { forgetOthers, note, progress } from './progress.ts';
import { idsCounted, isAllBack, putBackLines, scanned, toPutBack } from './putBackList.ts';
import './putback.css';

export function PutBackScreen() {
  const waiting = toPutBack(orders.value.values());
  const ids = waiting.map(({ id }) => id).join(' ');
  useEffect(() => forgetOthers(idsCounted(orders.value.values())), [ids]);
  useScans((code) => void hear(code, waiting));
  return (
    <div class="putback">
      <h1>{t('putBack.title')}</h1>
      {waiting.length === 0 ? (
        <EmptyState icon="check" text={t('putBack.empty')} />
      ) : (
        <>
          <p>{t('putBack.explain')}</p>
          <div>
            <CameraButton isRepeated />
          </div>
          <ul class="putback-orders">
            {waiting.map((order) => (
              <li key={order.id}>
                <PutBackOrder order={order} onDone={() => void finish(order)} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

async function hear(code: string, waiting: readonly OrderView[]): Promise<void> {
  const result = scanned(code, waiting, items.value, progress.value);
  if (result.found === 'nothing') {
    play('wrong');
    toast(t('putBack.unknown', { code }), 'bad');
    return;
  }
  const item = items.value.get(result.sku);
  const name = item === undefined ? result.sku : named(item.name);
  if (result.found === 'already') {
    play('wrong');
    toast(t('putBack.already', { name }), 'warn');
    return;
  }
  note(result.id, result.sku, result.done);
  const order = waiting.find(({ id }) => id === result.id);
  if (order === undefined) return;
  const lines = putBackLines(order, progress.value);
  // Scanned to the last unit: nobody has to say again that it is done.
  if (isAllBack(lines)) return finish(order);
  play('good');
  const units = lines.find(({ sku }) => sku === result.sku)?.units ?? result.done;
  toast(t('putBack.scanned', { name, done: result.done, units }), 'good');
}

async function finish({ id }: OrderView): Promise<void> {
  const { done } = await act({ kind: 'putBack', subject: id, body: {} });
  play('done');
  const outcome = await answerOrOffline(done);
  // Refused, it stands among the conflicts.
  if (outcome === null) toast(t('putBack.kept'), 'warn');
  else if (outcome.ok) toast(t('putBack.done'), 'good');
}
