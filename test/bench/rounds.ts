// Runs the sides of a group in turns, round after round, and makes the rows' figures of what they did.
import { median, ratios, type Spread, spread } from './figures.ts';
import type { Prepared, Row, Sample } from './group.ts';
import type { Cpu } from './rig.ts';

/** A side's round: what it did, and the processor time that it cost each process, in microseconds an operation. */
export type Measured = Sample & { cpu: Cpu };

export type Figures = {
  row: Row;
  ratio: Spread;
  ours: Spread;
  floor: Spread;
  /** The same ratio by the processor time that servers spent on an operation; null where it was not measured. */
  byCpu: number | null;
};

export type Rounds = Readonly<Record<string, readonly Measured[]>>;

export type RoundsOptions = {
  rounds: number;
  seconds: number;
  cpu(): Cpu;
  /** Told before each side of each round. */
  progress(side: string, round: number): void;
  /** Once it says so, no further side is begun. */
  signal: AbortSignal;
};

/** The sides that these rows compare, in the order of the group. */
export function sidesOf(prepared: Prepared, rows: readonly Row[]): string[] {
  const wanted = new Set(rows.flatMap((row) => [row.ours, row.floor]));
  for (const side of wanted) if (!(side in prepared.sides)) throw new Error(`there is no side ${side}`);
  return Object.keys(prepared.sides).filter((side) => wanted.has(side));
}

/** Ours, floor, ours, floor …; before that, once each for nothing, so that both are warm. */
export async function runRounds(
  prepared: Prepared,
  sides: readonly string[],
  { rounds, seconds, cpu, progress, signal }: RoundsOptions,
): Promise<Rounds> {
  const measured = Object.fromEntries(sides.map((side) => [side, [] as Measured[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const side of sides) {
      signal.throwIfAborted();
      progress(side, round);
      const before = cpu();
      const sample = await prepared.sides[side]?.(seconds);
      if (sample !== undefined && round > 0) {
        const spent = sample.spent ?? between(before, cpu());
        measured[side]?.push({ ...sample, cpu: perOperation(spent, sample.operations) });
      }
    }
  }
  return measured;
}

export function figuresOf(row: Row, measured: Rounds): Figures {
  const values = (side: string) => (measured[side] ?? []).map(({ value }) => value);
  const [ours, floor] = [values(row.ours), values(row.floor)];
  return {
    row,
    ratio: spread(ratios(ours, floor)),
    ours: spread(ours),
    floor: spread(floor),
    byCpu: byCpu(row, measured),
  };
}

/** Other users of the machine make everything slower, but hardly make it use more processor time. */
function byCpu({ ours, floor, unit }: Row, measured: Rounds): number | null {
  if (unit !== '/s') return null;
  const spent = (side: string) =>
    median((measured[side] ?? []).map(({ cpu }) => cpu.api + cpu.postgres + cpu.floors));
  const ratio = spent(floor) / spent(ours);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : null;
}

export function between(before: Cpu, after: Cpu): Cpu {
  const { api, postgres, floors, load } = before;
  return {
    ...{ api: after.api - api, postgres: after.postgres - postgres },
    ...{ floors: after.floors - floors, load: after.load - load },
  };
}

function perOperation({ api, postgres, floors, load }: Cpu, operations: number): Cpu {
  const micros = (seconds: number) => Math.round((seconds * 1e6) / operations);
  return { api: micros(api), postgres: micros(postgres), floors: micros(floors), load: micros(load) };
}
