// Receiving a transfer: units are scanned or counted off line by line, damaged and lost ones apart, then told.
import { useSignal } from '@preact/signals';
import { fromHere, hrefTo } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { act } from '../../data/index.ts';
import { plural, t } from '../../i18n/index.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { useScans } from '../../scan/scans.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toast.tsx';
import { nameOf, useArticles } from '../pick/names.ts';
import { ReceiveLine } from './ReceiveLine.tsx';
import {
  afterReport,
  type Counting,
  countedOf,
  reportOf,
  stillToCome,
  type Transfer,
  withAll,
  withFigure,
} from './receiving.ts';
import { TransferBadge, WaitingBadge } from './TransferRow.tsx';
import { countingOf, keepCounting, lineWith, placeName, putTransfer, readTransfers } from './transfers.ts';

export function Receive({ transfer }: { transfer: Transfer }) {
  const { id, lines, from, reference } = transfer;
  const isAsking = useSignal(false);
  const counting = countingOf(id);
  useArticles(lines.map(({ sku }) => sku));
  const set = (next: Counting) => keepCounting(id, next);
  useScans((code) => {
    const line = lineWith(lines, code);
    play(line === undefined ? 'wrong' : 'good');
    if (line === undefined) return toast(t('transfers.notInIt', { code }), 'bad');
    // As it is now, not as it was last drawn: a scanner may be quicker than the next frame.
    const soFar = countingOf(id);
    const units = countedOf(line, soFar).received + 1;
    set(withFigure(soFar, line, 'received', units));
    toast(t('transfers.scanned', { name: nameOf(line.sku), n: units, of: line.shipped }), 'good');
  });
  const open = lines.reduce((sum, line) => sum + stillToCome(line, counting), 0);
  const hasNews = reportOf(transfer, counting, false) !== null;
  const tell = (isComplete: boolean) => void report(transfer, counting, isComplete);
  return (
    <>
      <div class="stock-actions">
        <ButtonLink href={hrefTo('transfers')} icon="back">
          {t('transfers.all')}
        </ButtonLink>
        <CameraButton isRepeated />
      </div>
      <header class="transfer-head">
        <h1>{t('transfers.from', { place: placeName(from) })}</h1>
        <p class="stock-soft">{reference}</p>
        <TransferBadge transfer={transfer} />
        <WaitingBadge id={id} />
      </header>
      <ul class="receive-lines">
        {lines.map((line) => (
          <ReceiveLine
            key={line.sku}
            line={line}
            counting={counting}
            onSet={(figure, units) => set(withFigure(counting, line, figure, units))}
            onAll={() => set(withAll(counting, line))}
          />
        ))}
      </ul>
      <div class="receive-foot">
        <p role="status">{open === 0 ? t('transfers.allThere') : plural('transfers.open', open)}</p>
        {open > 0 && (
          <>
            <Button icon="check" onClick={() => set(lines.reduce(withAll, counting))}>
              {t('transfers.takeAll')}
            </Button>
            <Button
              icon="cross"
              onClick={() => {
                isAsking.value = true;
              }}
            >
              {t('transfers.noMore')}
            </Button>
          </>
        )}
        <Button look="main" icon="box" disabled={open > 0 && !hasNews} onClick={() => tell(open === 0)}>
          {t(open === 0 ? 'transfers.finish' : 'transfers.savePart')}
        </Button>
      </div>
      {isAsking.value && (
        <NoMore
          open={open}
          onClose={() => {
            isAsking.value = false;
          }}
          onSure={() => tell(true)}
        />
      )}
    </>
  );
}

function NoMore({ open, onClose, onSure }: { open: number; onClose: () => void; onSure: () => void }) {
  return (
    <Dialog
      title={t('transfers.noMoreTitle')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.back')}</Button>
          <Button look="bad" icon="cross" onClick={onSure}>
            {plural('transfers.loseThem', open)}
          </Button>
        </>
      }
    >
      <p>{plural('transfers.noMoreExplain', open)}</p>
    </Dialog>
  );
}

async function report(transfer: Transfer, counting: Counting, isComplete: boolean): Promise<void> {
  const body = reportOf(transfer, counting, isComplete);
  if (body === null) return;
  const goTo = fromHere();
  const { done } = await act({ kind: 'receiveTransfer', subject: transfer.id, body });
  keepCounting(transfer.id, null);
  putTransfer(afterReport(transfer, counting, isComplete));
  play('done');
  toast(t(isComplete ? 'transfers.finished' : 'transfers.saved'), 'good');
  goTo('transfers');
  const outcome = await done;
  if (!outcome.ok) toast(t('transfers.refused'), 'bad');
  void readTransfers();
}
