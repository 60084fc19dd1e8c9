// A cart and a point as a URL writes them.
import { describe, expect, test } from '@jest/globals';
import { CART_LINES_MAX, cartSchema, pointSchema } from '../../src/domain/cart.ts';

const messageOf = (text: string) => cartSchema.safeParse(text).error?.issues[0]?.message;

describe('a cart', () => {
  test('is skus with their quantities', () => {
    expect(cartSchema.parse('TABLE-1:2,lamp.x/y:1')).toEqual([
      { sku: 'TABLE-1', quantity: 2 },
      { sku: 'lamp.x/y', quantity: 1 },
    ]);
  });

  test('holds one unit of a sku that stands alone', () => {
    expect(cartSchema.parse('TABLE')).toEqual([{ sku: 'TABLE', quantity: 1 }]);
  });

  test('adds lines of one sku up, in the place of the first', () => {
    expect(cartSchema.parse('A:2,B:1,A:3')).toEqual([
      { sku: 'A', quantity: 5 },
      { sku: 'B', quantity: 1 },
    ]);
  });

  test('takes 10,000 units and 50 lines', () => {
    const lines = Array.from({ length: CART_LINES_MAX }, (_, n) => `SKU-${n}:10000`);
    expect(cartSchema.parse(lines.join(','))).toHaveLength(50);
  });

  test('of the longest skus and quantities is not too long', () => {
    const lines = Array.from({ length: CART_LINES_MAX }, (_, n) => `${String(n).padStart(64, 'S')}:10000`);
    expect(cartSchema.safeParse(lines.join(',')).success).toBe(true);
  });

  test.each([
    ['', 'Too small'],
    ['A:0', 'whole number'],
    ['A:-1', 'whole number'],
    ['A:1.5', 'whole number'],
    ['A:1e3', 'whole number'],
    ['A:01', 'whole number'],
    ['A: 1', 'whole number'],
    ['A:', 'whole number'],
    ['A:10001', 'at most 10000 units'],
    ['A:99999999999999999999', 'at most 10000 units'],
    ['A:1:2', 'whole number'],
    ['A:6000,A:6000', 'at most 10000 units'],
    [':1', 'a sku'],
    ['A,,B', 'a sku'],
    ['A,', 'a sku'],
    ['é:1', 'a sku'],
    [Array.from({ length: CART_LINES_MAX + 1 }, (_, n) => `S${n}`).join(','), 'at most 50 lines'],
  ])('written %j is refused', (text, message) => {
    expect(messageOf(text)).toContain(message);
  });

  test.each(['A:10001', 'A:6000,A:6000'])(
    'of too many units names that, in one line or several: %s',
    (text) => {
      expect(cartSchema.safeParse(text).error?.issues).toMatchObject([{ params: { code: 'too-large' } }]);
    },
  );
});

describe('a point', () => {
  test.each([
    ['50.63,3.06', { latitude: 50.63, longitude: 3.06 }],
    ['-90,180', { latitude: -90, longitude: 180 }],
    ['0, -180', { latitude: 0, longitude: -180 }],
  ])('written %j is read', (text, point) => {
    expect(pointSchema.parse(text)).toEqual(point);
  });

  test.each(['', '50', '50,3,1', '91,0', '0,181', 'a,b', '50;3', 'NaN,0', '1e1,0', ',', '50,'])(
    'written %j is refused',
    (text) => {
      expect(pointSchema.safeParse(text).success).toBe(false);
    },
  );
});
