// Supply: in which order a batch is decided, and which sources are refused.
import { describe, expect, test } from '@jest/globals';
import { refuseSupply, supplyOrder } from '../../src/domain/replenishment.ts';

const change = (code: string, from: string | null = null) => ({ code, from });
const codesInOrder = (changes: { code: string; from: string | null }[], known: string[] = []) =>
  supplyOrder(changes, new Map(known.map((code) => [code, null]))).map((at) => `${at}${changes[at]?.code}`);

describe('the order of a batch', () => {
  test('is as sent when every source is known or comes first', () => {
    expect(codesInOrder([change('W'), change('A', 'W'), change('B', 'K')], ['K'])).toEqual([
      '0W',
      '1A',
      '2B',
    ]);
  });

  test('lets a store wait for a warehouse that comes later', () => {
    expect(codesInOrder([change('A', 'W'), change('B', 'W'), change('W', 'C'), change('C')])).toEqual([
      '3C',
      '2W',
      '0A',
      '1B',
    ]);
  });

  test('keeps two changes of one location in their order', () => {
    expect(codesInOrder([change('A', 'W'), change('A'), change('W')])).toEqual(['2W', '0A', '1A']);
  });

  test('ends where locations wait for each other', () => {
    expect(codesInOrder([change('A', 'B'), change('B', 'A'), change('C')])).toEqual(['2C', '0A', '1B']);
  });

  test('is every position once, however the sources go', () => {
    const codes = ['A', 'B', 'C', 'A', 'D'];
    for (let seed = 0; seed < 6 ** 5; seed++) {
      const changes = codes.map((code, at) => {
        const pick = Math.floor(seed / 6 ** at) % 6;
        return change(code, ['A', 'B', 'C', 'D', 'K', null][pick] ?? null);
      });
      const order = supplyOrder(changes, new Map([['K', null]]));
      expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      expect(order.indexOf(0)).toBeLessThan(order.indexOf(3));
    }
  });
});

describe('a source', () => {
  const supply = new Map([
    ['W', null],
    ['A', 'W'],
    ['B', 'A'],
  ]);
  const errorCode = (code: string, from: string | null) =>
    refuseSupply({ code, from }, supply)?.extras.errors?.[0]?.code;

  test('may be none, or any location that is not supplied from this one', () => {
    expect(errorCode('A', null)).toBeUndefined();
    expect(errorCode('NEW', 'B')).toBeUndefined();
    expect(errorCode('B', 'W')).toBeUndefined();
  });

  test('may not be unknown, the location itself, or one that it supplies through others', () => {
    expect(errorCode('A', 'X')).toBe('unknown-location');
    expect(errorCode('A', 'A')).toBe('replenishment-from-itself');
    expect(errorCode('NEW', 'NEW')).toBe('replenishment-from-itself');
    expect(errorCode('A', 'B')).toBe('replenishment-circle');
    expect(errorCode('W', 'B')).toBe('replenishment-circle');
  });
});
