// Shipping a transfer: units are scanned or counted onto the lorry, then told as gone.
import { useSignal } from '@preact/signals';
import { fromHere, hrefTo } from '../../app/router.ts';
import { play } from '../../app/sound.ts';
import { act } from '../../data/index.ts';
import { plural, t } from '../../i18n/index.ts';
import { CameraButton } from '../../scan/CameraButton.tsx';
import { useScans } from '../../scan/scans.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { toast } from '../../ui/Toast.tsx';
import { nameOf, useArticles } from '../pick/names.ts';
import type { Transfer } from './receiving.ts';
import { ShipLine } from './ShipLine.tsx';
import {
  afterShip,
  type Loaded,
  loadedOf,
  shipBody,
  unitsLeftBehind,
  unitsLoaded,
  withAllLoaded,
  withLoaded,
} from './shipping.ts';
import { TransferBadge, WaitingBadge } from './TransferRow.tsx';
import { keepLoaded, lineWith, loadedSoFar, placeName, putTransfer, readTransfers } from './transfers.ts';

export function Ship({ transfer }: { transfer: Transfer }) {
  const { id, lines, to, reference, reservationId, shippable } = transfer;
  const isAsking = useSignal(false);
  const loaded = loadedSoFar(id);
  useArticles(lines.map(({ sku }) => sku));
  const set = (next: Loaded) => keepLoaded(id, next);
  useScans((code) => {
    const line = lineWith(lines, code);
    // As it is now, not as it was last drawn: a scanner may be quicker than the next frame.
    const soFar = loadedSoFar(id);
    const isWanted = line !== undefined && loadedOf(line, soFar) < line.quantity;
    play(isWanted ? 'good' : 'wrong');
    if (line === undefined) return toast(t('transfers.notInIt', { code }), 'bad');
    const next = withLoaded(soFar, line, loadedOf(line, soFar) + 1);
    set(next);
    const figures = { name: nameOf(line.sku), n: loadedOf(line, next), of: line.quantity };
    toast(t('transfers.scanned', figures), isWanted ? 'good' : 'warn');
  });
  const left = unitsLeftBehind(transfer, loaded);
  const units = unitsLoaded(transfer, loaded);
  const ask = () => {
    isAsking.value = true;
  };
  return (
    <>
      <div class="stock-actions">
        <ButtonLink href={hrefTo('transfers')} icon="back">
          {t('transfers.all')}
        </ButtonLink>
        <CameraButton isRepeated />
      </div>
      <header class="transfer-head">
        <h1>{t('transfers.to', { place: placeName(to) })}</h1>
        <p class="stock-soft">
          {[reference, reservationId !== null && t('transfers.forOrder')].filter(Boolean).join(' · ')}
        </p>
        <TransferBadge transfer={transfer} />
        <WaitingBadge id={id} />
      </header>
      {!shippable && (
        <p class="stock-old" role="status">
          <Icon name="clock" />
          {t('transfers.hold')}
        </p>
      )}
      <ul class="receive-lines">
        {lines.map((line) => (
          <ShipLine
            key={line.sku}
            line={line}
            units={loadedOf(line, loaded)}
            onSet={(next) => set(withLoaded(loaded, line, next))}
          />
        ))}
      </ul>
      <div class="receive-foot">
        <p role="status">{plural('transfers.packed', units)}</p>
        {left > 0 && (
          <Button icon="check" onClick={() => set(lines.reduce(withAllLoaded, loaded))}>
            {t('transfers.packAll')}
          </Button>
        )}
        <Button
          look="main"
          icon="truck"
          disabled={!shippable || units === 0}
          onClick={() => (left > 0 ? ask() : void ship(transfer, loaded))}
        >
          {t('transfers.ship')}
        </Button>
      </div>
      {isAsking.value && (
        <ShipLess
          left={left}
          onClose={() => {
            isAsking.value = false;
          }}
          onSure={() => void ship(transfer, loaded)}
        />
      )}
    </>
  );
}

function ShipLess({ left, onClose, onSure }: { left: number; onClose: () => void; onSure: () => void }) {
  return (
    <Dialog
      title={t('transfers.shipLess')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.back')}</Button>
          <Button look="main" icon="truck" onClick={onSure}>
            {t('transfers.ship')}
          </Button>
        </>
      }
    >
      <p>{plural('transfers.shipLessExplain', left)}</p>
    </Dialog>
  );
}

async function ship(transfer: Transfer, loaded: Loaded): Promise<void> {
  const body = shipBody(transfer, loaded);
  if (body === null) return;
  const goTo = fromHere();
  const { done } = await act({ kind: 'shipTransfer', subject: transfer.id, body });
  keepLoaded(transfer.id, null);
  putTransfer(afterShip(transfer, loaded));
  play('done');
  toast(t('transfers.gone'), 'good');
  goTo('transfers');
  const outcome = await done;
  if (!outcome.ok) toast(t('transfers.shipRefused'), 'bad');
  void readTransfers();
}
