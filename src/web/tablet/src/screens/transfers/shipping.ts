// A transfer that is being loaded: how many units of each line are on the lorry, and what that means for it. Pure.
import type { ActionBodies } from '../../data/model.ts';
import type { Transfer, TransferLine } from './receiving.ts';

/** Units by sku. A line that nobody touched is not there. */
export type Loaded = Readonly<Record<string, number>>;

export function loadedOf({ sku }: Pick<TransferLine, 'sku'>, loaded: Loaded): number {
  return loaded[sku] ?? 0;
}

/** Never more than was asked for: who has more to send needs another transfer. */
export function withLoaded(loaded: Loaded, line: TransferLine, units: number): Loaded {
  return { ...loaded, [line.sku]: Math.min(line.quantity, Math.max(0, units)) };
}

export function withAllLoaded(loaded: Loaded, line: TransferLine): Loaded {
  return withLoaded(loaded, line, line.quantity);
}

export function unitsLoaded({ lines }: Pick<Transfer, 'lines'>, loaded: Loaded): number {
  return lines.reduce((sum, line) => sum + loadedOf(line, loaded), 0);
}

/** Units that were asked for and stay. */
export function unitsLeftBehind({ lines }: Pick<Transfer, 'lines'>, loaded: Loaded): number {
  return lines.reduce((sum, line) => sum + line.quantity - loadedOf(line, loaded), 0);
}

/** The body that tells it; null: nothing is loaded. */
export function shipBody(
  { lines }: Pick<Transfer, 'lines'>,
  loaded: Loaded,
): ActionBodies['shipTransfer'] | null {
  const taken = lines
    .map((line) => ({ sku: line.sku, quantity: loadedOf(line, loaded) }))
    .filter(({ quantity }) => quantity > 0);
  return taken.length === 0 ? null : { lines: taken };
}

/** The transfer when the server has taken it. */
export function afterShip(transfer: Transfer, loaded: Loaded): Transfer {
  const lines = transfer.lines.map((line) => {
    const shipped = loadedOf(line, loaded);
    return { ...line, shipped, outstanding: shipped, atRisk: false };
  });
  return { ...transfer, lines, status: 'shipped', shippable: false };
}
