// The benchmark's own arithmetic and words: what its figures rest on, without measuring anything.
import { expect, test } from '@jest/globals';
import { locationInputSchema } from '../../src/domain/location.ts';
import { median, percentile, ratios, shown, spread } from './figures.ts';
import { chosen, type Group, meets } from './group.ts';
import { GROUPS } from './groups.ts';
import { readOptions } from './options.ts';
import { figuresOf, type Measured, runRounds, sidesOf } from './rounds.ts';
import { markdownTable, screenTable, toJson } from './table.ts';
import { fraction, HOT, pointOf, SCARCE, storeInput, unitsAt, worldOf } from './world.ts';

const row = { name: 'a', title: 'a ÷ b', ours: 'a', floor: 'b', bar: { atLeast: 2 }, unit: '/s' } as const;
const group: Group = {
  name: 'letters',
  rows: [row, { ...row, name: 'c', ours: 'c' }],
  prepare: () => Promise.reject(new Error('nothing to prepare')),
};
const idle = { api: 0, postgres: 0, floors: 0, load: 0 };
const measured = (value: number, api: number): Measured => ({ operations: 1, value, cpu: { ...idle, api } });

test('the median is the middle, or between the two in the middle, in whatever order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});

test('a percentile is a value that was measured, and no smaller share of them is below it', () => {
  const sorted = Array.from({ length: 100 }, (_, n) => n + 1);
  expect([0, 0.5, 0.99, 1].map((share) => percentile(sorted, share))).toEqual([1, 50, 99, 100]);
  expect(percentile([7], 0.99)).toBe(7);
});

test('a ratio is of one round, and rounds that one side missed are no ratio', () => {
  expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
  expect(() => ratios([1, 2], [1])).toThrow('the same rounds');
});

test('figures have three digits that count', () => {
  expect([0.8123, 1.236, 12.345, 4_512.3, Number.NaN].map(shown)).toEqual([
    '0.812',
    '1.24',
    '12.3',
    '4,512',
    '–',
  ]);
});

test('a bar is met at its very figure', () => {
  expect(meets({ atLeast: 2 }, 2) && !meets({ atLeast: 2 }, 1.99)).toBe(true);
  expect(meets({ atMost: 1.1 }, 1.1) && !meets({ atMost: 1.1 }, 1.11)).toBe(true);
});

test('arguments: rows may be named with commas or again and again; quick rounds are short, never fewer', () => {
  expect(readOptions(['--only', 'a,b', '--only', 'c']).only).toEqual(['a', 'b', 'c']);
  expect(readOptions(['--quick'])).toMatchObject({ quick: true, rounds: 5, seconds: 0.4 });
  const usual = { rounds: 5, seconds: 2.5, levels: 50_000, largeLevels: 10_000_000, json: null };
  expect(readOptions([])).toMatchObject({ quick: false, ...usual });
  expect(() => readOptions(['--rounds', '3'])).toThrow('--rounds takes a number from 5 on');
  expect(() => readOptions(['--tomorrow'])).toThrow('--tomorrow');
});

test('--only chooses by the name of a row or of its group, and knows what there is', () => {
  expect(chosen([group], ['c']).map(({ rows }) => rows.map(({ name }) => name))).toEqual([['c']]);
  expect(chosen([group], ['letters'])[0]?.rows).toHaveLength(2);
  expect(chosen([group], [])[0]?.rows).toHaveLength(2);
  expect(() => chosen([group], ['d'])).toThrow('no row d');
});

test('no two rows or groups share a name, and every row says what it compares', () => {
  const names = GROUPS.flatMap(({ name, rows }) => [name, ...rows.map((one) => one.name)]);
  expect(new Set(names).size).toBe(names.length);
  for (const { ours, floor, title } of GROUPS.flatMap(({ rows }) => rows)) {
    expect(ours).not.toBe(floor);
    expect(title).toContain('÷');
  }
});

test('sides take turns, once for nothing and then round by round, only those that a chosen row compares', async () => {
  const told: string[] = [];
  const side = (name: string) => async () => {
    told.push(name);
    return { operations: 1, value: told.length };
  };
  const prepared = { sides: { a: side('a'), b: side('b'), c: side('c') } };
  const sides = sidesOf(prepared, [row]);
  const rounds = await runRounds(prepared, sides, {
    ...{ rounds: 2, seconds: 1, cpu: () => idle, progress: () => {}, signal: AbortSignal.timeout(60_000) },
  });
  expect(told.join('')).toBe('ababab');
  expect(rounds.a?.map(({ value }) => value)).toEqual([3, 5]);
  expect(() => sidesOf({ sides: {} }, [row])).toThrow('no side a');
});

test('nothing is begun after the run was stopped', async () => {
  const prepared = { sides: { a: () => Promise.reject(new Error('begun')) } };
  const signal = AbortSignal.abort(new Error('stopped'));
  const options = { rounds: 5, seconds: 1, cpu: () => idle, progress: () => {}, signal };
  await expect(runRounds(prepared, ['a'], options)).rejects.toThrow('stopped');
});

test('a row tells the median ratio with its spread, and the same by processor time', () => {
  const rounds = {
    a: [measured(10, 2), measured(40, 2), measured(30, 2)],
    b: [10, 10, 10].map((v) => measured(v, 6)),
  };
  const figures = figuresOf(row, rounds);
  expect(figures).toMatchObject({ ratio: { median: 3, min: 1, max: 4 }, byCpu: 3 });
  const results = [{ group: 'letters', figures: [figures], rounds, notes: [] }];
  expect(screenTable(results)).toMatch(/a ÷ b +≥ 2.00 +3.00 \(1.00 – 4.00\) +met +3.00 +30.0\/s +10.0\/s/);
  expect(markdownTable(results)).toContain('| a ÷ b | ≥ 2.00 | 3.00 (1.00 – 4.00) | met |');
  expect(JSON.parse(toJson(results, {})).groups[0].rounds.a).toHaveLength(3);
});

test('a side that does more than what counts says itself what that took', async () => {
  const spent = { api: 2, postgres: 0, floors: 0, load: 0 };
  const prepared = { sides: { a: async () => ({ operations: 1_000, value: 1, spent }) } };
  const signal = AbortSignal.timeout(60_000);
  const options = { rounds: 1, seconds: 1, cpu: () => idle, progress: () => {}, signal };
  expect((await runRounds(prepared, ['a'], options)).a?.[0]?.cpu.api).toBe(2_000);
});

test('waits have no ratio by processor time', () => {
  const rounds = { a: [measured(1, 1)], b: [measured(1, 1)] };
  expect(figuresOf({ ...row, unit: 'ms' }, rounds).byCpu).toBeNull();
});

test('the retailer is the same in every run, spread over France, with stock in most of its levels', () => {
  expect(worldOf(50_000)).toEqual({ stores: 2_000, items: 25 });
  expect(Array.from({ length: 1_000 }, (_, n) => fraction(n, 1)).every((part) => part >= 0 && part < 1)).toBe(
    true,
  );
  const points = Array.from({ length: 2_000 }, (_, n) => pointOf(n));
  expect(points).toEqual(Array.from({ length: 2_000 }, (_, n) => pointOf(n)));
  expect(points.every(({ latitude }) => latitude > 41 && latitude < 52)).toBe(true);
  expect(new Set(points.map(({ latitude, longitude }) => `${latitude},${longitude}`)).size).toBeGreaterThan(
    1_990,
  );
  expect(() => locationInputSchema.array().parse([0, 1, 2, 3, 5].map(storeInput))).not.toThrow();
  const stocked = points.filter((_, store) => unitsAt(store, 7) > 0).length;
  expect(stocked / points.length).toBeCloseTo(0.7, 1);
  expect([unitsAt(HOT.store, HOT.item), unitsAt(SCARCE.store, SCARCE.item)]).toEqual([
    HOT.units,
    SCARCE.units,
  ]);
});
