// An order that is being picked by whoever holds this tablet: the line to pick now, the others, and at the end its shelf.
import { useState } from 'preact/hooks';
import { play } from '../../app/sound.ts';
import { items, order as orderNow } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { LineCard } from './LineCard.tsx';
import { LineRow } from './LineRow.tsx';
import { MissingDialog } from './MissingDialog.tsx';
import { byAisle, isDone, meaningOf, nextLine } from './pickState.ts';
import { Stage } from './Stage.tsx';
import { useArticleScans, useWrongScan } from './scanning.ts';
import { find, findAgain, findScanned, takeOut } from './steps.ts';
import { UndoBar } from './UndoBar.tsx';
import { WrongScan } from './WrongScan.tsx';

export function Picking({ order }: { order: OrderView }) {
  const [selected, select] = useState<string | null>(null);
  const [missing, setMissing] = useState<string | null>(null);
  const { wrong, clear, refuse } = useWrongScan();
  const walk = byAisle(order.lines, (line) => line.aisle ?? null);
  const current = walk.find(({ sku }) => sku === selected) ?? nextLine(walk);
  const missingLine = order.lines.find(({ sku }) => sku === missing);

  const showFound = () => {
    clear();
    select(null);
    play('good');
  };
  const found = (sku: string, units: number) => {
    showFound();
    void find(order.id, sku, units);
  };
  /** True where the scan is of this order. */
  const scan = (code: string): boolean => {
    if (meaningOf(code, order.lines, items.value).kind === 'wrong') return false;
    void findScanned(() => {
      const meaning = meaningOf(code, orderNow(order.id)?.lines ?? order.lines, items.value);
      if (meaning.kind !== 'found') {
        refuse(code, true);
        return null;
      }
      showFound();
      return { orderId: order.id, sku: meaning.line.sku };
    });
    return true;
  };
  useArticleScans(
    order.lines.map(({ sku }) => sku),
    scan,
    refuse,
  );

  return (
    <div class="picking">
      <div class="picking-now">
        {wrong.value !== null && (
          <WrongScan wrong={wrong.value} wanted={current?.sku ?? null} onClose={clear} />
        )}
        {current !== null && (
          <LineCard
            line={current}
            moves={{
              onFound: (units) => found(current.sku, units),
              onMissing: () => setMissing(current.sku),
              onTakeOut: () => void takeOut(order.id, current.sku, 1),
              onFoundAgain: () => void findAgain(order.id, current.sku, current.missing),
            }}
          />
        )}
        {isDone(order.lines) && selected === null && <Stage order={order} onScan={scan} />}
        <UndoBar orderIds={[order.id]} />
      </div>
      <section class="picking-lines" aria-labelledby="lines-title">
        <h2 id="lines-title">{t('pick.lines')}</h2>
        <ul>
          {walk.map((line) => (
            <LineRow
              key={line.sku}
              line={line}
              isCurrent={line.sku === current?.sku}
              onSelect={() => select(line.sku === selected ? null : line.sku)}
            />
          ))}
        </ul>
      </section>
      {missingLine !== undefined && (
        <MissingDialog order={order} line={missingLine} onClose={() => setMissing(null)} />
      )}
    </div>
  );
}
