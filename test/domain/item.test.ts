// What an item may be called and hold, at the edge of each limit.
import { describe, expect, test } from '@jest/globals';
import {
  describeItem,
  type ItemInput,
  itemInputSchema,
  itemWithSkuSchema,
  sameItem,
  skuSchema,
} from '../../src/domain/item.ts';

const minimal = { name: 'Table basse' };
const accepts = (input: unknown) => itemInputSchema.safeParse(input).success;

describe('a sku', () => {
  test.each(['70612A', 'gift_card_20', 'C2', 'c2', 'A/B', 'A+B#1', 'A'.repeat(64)])('may be %s', (sku) => {
    expect(skuSchema.safeParse(sku).success).toBe(true);
  });

  test.each([
    '',
    'A'.repeat(65),
    'DELIVERY FEE',
    'A,B',
    'A:2',
    '..',
    '.hidden',
    '-1',
    '=1+1',
    'café',
    'A\n',
    'A\u0000',
  ])('may not be %j', (sku) => {
    expect(skuSchema.safeParse(sku).success).toBe(false);
  });

  test('keeps its case: codes that differ only in case are different items', () => {
    expect(skuSchema.parse('c2')).not.toBe(skuSchema.parse('C2'));
  });
});

describe('an item', () => {
  test('needs nothing but a name', () => {
    expect(accepts(minimal)).toBe(true);
    expect(accepts({})).toBe(false);
  });

  test('may have a name in French alone, or in French and English, but not in English alone', () => {
    expect(accepts({ name: { fr: 'Table basse' } })).toBe(true);
    expect(accepts({ name: { fr: 'Table basse', en: 'Coffee table' } })).toBe(true);
    expect(accepts({ name: { en: 'Coffee table' } })).toBe(false);
  });

  test.each([
    ['a name of 300 characters', { name: 'x'.repeat(300) }],
    ['50 barcodes', { ...minimal, barcodes: Array.from({ length: 50 }, (_, at) => `${at}`) }],
    ['a barcode of 48 characters', { ...minimal, barcodes: ['x'.repeat(48)] }],
    ['a barcode that lost its leading zeros', { ...minimal, barcodes: ['80480000074'] }],
    ['a barcode with a space inside', { ...minimal, barcodes: ['AB 12'] }],
    ['a category of 100 characters', { ...minimal, category: 'x'.repeat(100) }],
    ['a price of nothing', { ...minimal, price: { amount: 0, currency: 'EUR' } }],
    ['a price with three decimals', { ...minimal, price: { amount: 1.234, currency: 'KWD' } }],
    ['an image on the web', { ...minimal, imageUrl: 'https://images.example/t.jpg?w=100' }],
    ['null where nothing is known', { ...minimal, imageUrl: null, price: null, category: null }],
  ])('may have %s', (_, input) => {
    expect(accepts(input)).toBe(true);
  });

  test.each([
    ['a blank name', { name: '  ' }],
    ['a name of 301 characters', { name: 'x'.repeat(301) }],
    ['a name with a line break', { name: 'Table\nbasse' }],
    ['a name with half a surrogate pair', { name: 'Table \ud800' }],
    ['51 barcodes', { ...minimal, barcodes: Array.from({ length: 51 }, (_, at) => `${at}`) }],
    ['a barcode of 49 characters', { ...minimal, barcodes: ['x'.repeat(49)] }],
    ['an empty barcode', { ...minimal, barcodes: [''] }],
    ['a barcode that ends in a space', { ...minimal, barcodes: ['123 '] }],
    ['a category of 101 characters', { ...minimal, category: 'x'.repeat(101) }],
    ['a negative price', { ...minimal, price: { amount: -1, currency: 'EUR' } }],
    ['a price with four decimals', { ...minimal, price: { amount: 1.2345, currency: 'EUR' } }],
    ['a price without a currency', { ...minimal, price: { amount: 1 } }],
    ['a currency in small letters', { ...minimal, price: { amount: 1, currency: 'eur' } }],
    ['a script for an image', { ...minimal, imageUrl: 'javascript:alert(1)' }],
    ['an image URL of 2,049 characters', { ...minimal, imageUrl: `https://e.example/${'x'.repeat(2_031)}` }],
    ['a field nobody knows', { ...minimal, colour: 'oak' }],
    ['a version', { ...minimal, version: 3 }],
  ])('may not have %s', (_, input) => {
    expect(accepts(input)).toBe(false);
  });

  test('in a batch brings its sku', () => {
    expect(itemWithSkuSchema.safeParse({ sku: 'A', ...minimal }).success).toBe(true);
    expect(itemWithSkuSchema.safeParse(minimal).success).toBe(false);
  });
});

describe('attributes', () => {
  const withAttributes = (attributes: unknown) => ({ ...minimal, attributes });
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

  test('take 8,192 bytes of JSON and no more', () => {
    const overhead = JSON.stringify({ a: '' }).length;
    expect(accepts(withAttributes({ a: 'x'.repeat(8_192 - overhead) }))).toBe(true);
    expect(accepts(withAttributes({ a: 'x'.repeat(8_193 - overhead) }))).toBe(false);
    // Bytes, not characters.
    expect(accepts(withAttributes({ a: 'é'.repeat(8_000) }))).toBe(false);
  });

  test('go eight levels deep and no deeper, however deep what is sent', () => {
    expect(accepts(withAttributes(nested(8)))).toBe(true);
    expect(accepts(withAttributes(nested(9)))).toBe(false);
    expect(accepts(withAttributes({ a: JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) }))).toBe(false);
  });

  test.each([
    ['NUL in a text', { a: 'x\u0000' }],
    ['NUL in a name', { 'x\u0000': 1 }],
    ['half a surrogate pair', { a: ['\udc00'] }],
    ['a number beyond numbers', { a: Number('1e999') }],
    ['a list at the top', [1]],
  ])('refuse %s', (_, attributes) => {
    expect(accepts(withAttributes(attributes))).toBe(false);
  });
});

describe('a description', () => {
  const full: ItemInput = {
    name: { fr: 'Table', en: 'Table' },
    barcodes: ['1', '2', '1'],
    price: { amount: 1, currency: 'EUR' },
    attributes: { b: 1, a: { d: 1, c: 2 } },
  };

  test('has one form: a name alone is French, a barcode sent twice is one, what is left out is empty', () => {
    expect(describeItem(minimal)).toEqual({
      name: { fr: 'Table basse' },
      barcodes: [],
      imageUrl: null,
      price: null,
      category: null,
      attributes: {},
    });
    expect(describeItem(full).barcodes).toEqual(['1', '2']);
  });

  test('is the same in any order of its members', () => {
    const reordered = {
      ...full,
      attributes: { a: { c: 2, d: 1 }, b: 1 },
      name: { en: 'Table', fr: 'Table' },
    };
    expect(sameItem(describeItem(full), describeItem(reordered))).toBe(true);
  });

  test('is another when anything differs, the order of barcodes too', () => {
    for (const change of [
      { name: 'Table' },
      { barcodes: ['2', '1'] },
      { price: null },
      { attributes: {} },
      { category: 'Tables' },
      { imageUrl: 'https://e.example/' },
    ]) {
      expect(sameItem(describeItem(full), describeItem({ ...full, ...change }))).toBe(false);
    }
  });
});
