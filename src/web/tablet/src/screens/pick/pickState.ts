// The picking of one order: which line is next, what a scan or a tap means, what is then reported. Pure.
// Reports are totals so far, as the API takes them: the same report twice is one report.
import type { Item, MissingReason, OrderLine, PickLine } from '../../data/model.ts';
import { isSameBarcode } from '../../scan/wedge.ts';

type Items = ReadonlyMap<string, Pick<Item, 'barcodes'>>;

/**
 * Units of a line that are to be found: not those that a till sold. Before an order is ready only tills hand over, and one
 * of which the counter gave a part is not reopened, so what is collected of it while it is picked is what they sold.
 */
export function unitsToFind({ quantity, collected }: Pick<OrderLine, 'quantity' | 'collected'>): number {
  return Math.max(0, quantity - collected);
}

/** Units of a line that were neither found nor given up. */
export function unitsLeft(line: Pick<OrderLine, 'quantity' | 'picked' | 'missing' | 'collected'>): number {
  return Math.max(0, unitsToFind(line) - line.picked - line.missing);
}

/** Units of a line that were found before a till sold them: one of them is with whoever bought it, or in the bag for nobody. */
export function unitsTooMany(line: Pick<OrderLine, 'quantity' | 'picked' | 'collected'>): number {
  return Math.max(0, line.picked - unitsToFind(line));
}

export function isDone(lines: readonly OrderLine[]): boolean {
  return lines.length > 0 && lines.every((line) => unitsLeft(line) === 0);
}

/** False where every unit is missing: there is nothing to stage, the order can only be cancelled. */
export function isAnythingFound(lines: readonly OrderLine[]): boolean {
  return lines.some(({ picked }) => picked > 0);
}

export type ScanMeaning =
  | { kind: 'found'; line: OrderLine }
  /** It belongs to the order, and there is enough of it. */
  | { kind: 'enough'; line: OrderLine }
  | { kind: 'wrong' };

/** What a scanned barcode, or a sku, means for these lines. */
export function meaningOf(code: string, lines: readonly OrderLine[], items: Items): ScanMeaning {
  const matching = lines.filter(({ sku }) => isCodeOf(code, sku, items));
  const open = matching.find((line) => unitsLeft(line) > 0);
  if (open !== undefined) return { kind: 'found', line: open };
  const [full] = matching;
  return full === undefined ? { kind: 'wrong' } : { kind: 'enough', line: full };
}

export function isCodeOf(code: string, sku: string, items: Items): boolean {
  return sku === code || (items.get(sku)?.barcodes.some((barcode) => isSameBarcode(barcode, code)) ?? false);
}

/** `units` more were found: never more than are wanted. */
export function withFound(line: OrderLine, units: number): PickLine {
  return { sku: line.sku, picked: line.picked + Math.min(units, unitsLeft(line)) };
}

/** `units` were put back where they came from: a mistake. */
export function withoutFound(line: OrderLine, units: number): PickLine {
  return { sku: line.sku, picked: Math.max(0, line.picked - units) };
}

/** `units` are not there. A reason stands for all missing units of the line: the last one given. */
export function withMissing(line: OrderLine, units: number, reason: MissingReason): PickLine {
  const missing = line.missing + Math.min(units, unitsLeft(line));
  return { sku: line.sku, picked: line.picked, missing, reason };
}

/** `units` that were given up turned out to be there: they are wanted again. */
export function withoutMissing(line: OrderLine, units: number): PickLine {
  const missing = Math.max(0, line.missing - units);
  const reason = missing > 0 && line.missingReason !== null ? { reason: line.missingReason } : {};
  return { sku: line.sku, picked: line.picked, missing, ...reason };
}

/** Lines in the order of the walk: by aisle, those without one last, then as they were ordered. */
export function byAisle<Line extends { sku: string }>(
  lines: readonly Line[],
  aisleOf: (line: Line) => string | null,
): Line[] {
  return lines.toSorted((a, b) => compareAisles(aisleOf(a), aisleOf(b)));
}

/** `A2` comes before `A10`, and both before nowhere. */
export function compareAisles(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a.localeCompare(b, 'en', { numeric: true });
}

/** The line to look for next: the first that is not done, in the order of the walk. Null: all are. */
export function nextLine<Line extends OrderLine>(walk: readonly Line[]): Line | null {
  return walk.find((line) => unitsLeft(line) > 0) ?? null;
}
