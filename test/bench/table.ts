// How a run is told: on the screen, as README's table, and as JSON.
import { cpus, platform, release, totalmem } from 'node:os';
import { median, type Spread, shown } from './figures.ts';
import { type Bar, meets, type Row } from './group.ts';
import type { Figures, Rounds } from './rounds.ts';

/** A run's results, group by group. */
export type Result = { group: string; figures: readonly Figures[]; rounds: Rounds; notes: readonly string[] };

const HEAD = ['measure', 'bar', 'ratio (min – max)', '', 'by cpu', 'ours', 'floor'] as const;

export function screenTable(results: readonly Result[]): string {
  const rows = results.flatMap(({ figures }) => figures.map(cells));
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(HEAD), ...rows.map(line), ...results.flatMap(({ notes }) => notes)].join('\n');
}

export function markdownTable(results: readonly Result[]): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const rows = results.flatMap(({ figures }) => figures.map(cells));
  return [
    machine(),
    '',
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...rows.map(line),
    '',
    ...results.flatMap(({ notes }) => notes),
  ].join('\n');
}

/** Processor time of each side, microseconds an operation: what noise disturbs least. */
export function cpuTable({ rounds }: Result): string {
  return Object.entries(rounds)
    .map(([side, all]) => {
      const of = (name: 'api' | 'postgres' | 'floors' | 'load') => median(all.map(({ cpu }) => cpu[name]));
      const value = shown(median(all.map((sample) => sample.value)));
      return `  ${side.padEnd(24)} ${value.padStart(8)}  cpu µs/op: api ${of('api')}, postgres ${of('postgres')}, floors ${of('floors')}, load ${of('load')}`;
    })
    .join('\n');
}

export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memory} GB, ${platform()} ${release()}, Node ${process.version}`;
}

export function toJson(results: readonly Result[], options: object): string {
  const groups = results.map(({ group, figures, rounds, notes }) => ({ group, figures, rounds, notes }));
  return `${JSON.stringify({ at: new Date().toISOString(), machine: machine(), options, groups }, null, 2)}\n`;
}

function cells({ row, ratio, ours, floor, byCpu }: Figures): string[] {
  return [
    row.title,
    row.bar === null ? 'informative' : barText(row.bar),
    `${shown(ratio.median)} (${shown(ratio.min)} – ${shown(ratio.max)})`,
    row.bar === null ? '' : meets(row.bar, ratio.median) ? 'met' : 'MISSED',
    byCpu === null ? '' : shown(byCpu),
    withUnit(ours, row),
    withUnit(floor, row),
  ];
}

function barText(bar: Bar): string {
  return 'atLeast' in bar ? `≥ ${shown(bar.atLeast)}` : `≤ ${shown(bar.atMost)}`;
}

function withUnit({ median: value }: Spread, { unit }: Row): string {
  return unit === '/s' ? `${shown(value)}/s` : `${shown(value)} ${unit}`;
}
