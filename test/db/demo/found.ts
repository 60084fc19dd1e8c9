// Small questions that the demo's tests ask of lists.

/** The value, which must be there. */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not found');
  return value;
}

/** The values that are there more than once. */
export function repeated(values: string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}
