// What a row of the benchmark is, and what a group of rows gives: the words of this folder.
import type { Cpu, Rig } from './rig.ts';
import type { Shop } from './shop.ts';

/** What one side did in one round. */
export type Sample = {
  /** Operations: requests, rows, messages. */
  operations: number;
  /** What the row compares: operations a second, or milliseconds. */
  value: number;
  /** For the JSON file: latencies, statuses. */
  details?: Readonly<Record<string, unknown>>;
  /** Seconds of processor time of the part that counts, where the side does more than that. */
  spent?: Cpu;
};

/** Runs one side of a comparison for about so many seconds. Throws where an answer is not what it must be. */
export type Side = (seconds: number) => Promise<Sample>;

export type Bar = { atLeast: number } | { atMost: number };

/** Two sides of one group, compared: ours ÷ floor, round by round. */
export type Row = {
  /** For `--only`: kebab-case. */
  name: string;
  title: string;
  ours: string;
  floor: string;
  /** Null: printed to be known, not judged. */
  bar: Bar | null;
  unit: '/s' | 'ms' | 'MB';
};

/** Rows that share their preparation and their sides, which take turns. */
export type Group = {
  name: string;
  rows: readonly Row[];
  /** Fills what its sides need; the sides are run in this order, round after round. Called once for each shop. */
  prepare(rig: Rig, shop: Shop): Promise<Prepared>;
};

export type Prepared = {
  sides: Readonly<Record<string, Side>>;
  /** After the rounds: throws where what was loaded is not right. */
  check?(): Promise<void>;
  /** What is printed to be known beside the rows. */
  notes?(): Promise<string[]>;
  close?(): Promise<void>;
};

/** The rows that `--only` names, by their own or their group's name; all where it names none. */
export function chosen(groups: readonly Group[], only: readonly string[]): { group: Group; rows: Row[] }[] {
  const known = new Set(groups.flatMap((group) => [group.name, ...group.rows.map((row) => row.name)]));
  const unknown = only.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}; --list names all.`);
  const isWanted = (group: Group, row: Row) =>
    only.length === 0 || only.includes(group.name) || only.includes(row.name);
  return groups
    .map((group) => ({ group, rows: group.rows.filter((row) => isWanted(group, row)) }))
    .filter(({ rows }) => rows.length > 0);
}

export function meets(bar: Bar, ratio: number): boolean {
  return 'atLeast' in bar ? ratio >= bar.atLeast : ratio <= bar.atMost;
}
