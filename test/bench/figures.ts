// The arithmetic of the benchmark: medians, ratios of rounds, percentiles, and how figures are written. Pure.

export type Spread = { median: number; min: number; max: number };

/** The middle value, or the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Round by round, so that what disturbed the machine for a while disturbed both: ours ÷ floor of the same round. */
export function ratios(ours: readonly number[], floor: readonly number[]): number[] {
  if (ours.length !== floor.length) throw new Error('the two sides have not had the same rounds');
  return ours.map((value, round) => value / (floor[round] ?? Number.NaN));
}

/** The value that `share` (0 to 1) of them do not exceed. NaN for none. */
export function percentile(sorted: readonly number[] | Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Three significant digits, more for large figures: 0.812, 12.3, 4,512. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  const digits = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
