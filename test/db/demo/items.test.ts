// What the demo sells: five hundred things, told apart, named well in two languages.
import { describe, expect, test } from '@jest/globals';
import { faitMaison } from '../../../db/demo/faitMaison.ts';
import { itemInputSchema } from '../../../src/domain/item.ts';
import { repeated } from './found.ts';

const retailer = faitMaison(new Date('2026-06-20T12:34:56Z'));

describe('the items', () => {
  test('are 500, told apart by sku, by barcode and by name in either language', () => {
    expect(retailer.items).toHaveLength(500);
    expect(repeated(retailer.items.map(({ sku }) => sku))).toEqual([]);
    expect(repeated(retailer.items.flatMap(({ barcodes }) => barcodes))).toEqual([]);
    expect(repeated(retailer.items.map(({ name }) => name.fr))).toEqual([]);
    expect(repeated(retailer.items.map(({ name }) => name.en))).toEqual([]);
  });

  test('are what the contract takes', () => {
    for (const { sku, ...body } of retailer.items) {
      expect(sku).toMatch(/^[A-Z0-9]+(-[A-Z0-9]+)*$/);
      expect(itemInputSchema.parse(body)).toEqual(body);
    }
  });

  test('carry EAN-13 codes that belong to no real product, with right check digits', () => {
    for (const barcode of retailer.items.flatMap(({ barcodes }) => barcodes)) {
      expect(barcode).toMatch(/^2\d{12}$/);
      const digits = Array.from({ length: 13 }, (_, place) => Number(barcode.charAt(place)));
      const odd = digits.filter((_, place) => place % 2 === 0).reduce((sum, digit) => sum + digit, 0);
      const even = digits.filter((_, place) => place % 2 === 1).reduce((sum, digit) => sum + digit, 0);
      expect((odd + 3 * even) % 10).toBe(0);
    }
    expect(retailer.items.some(({ barcodes }) => barcodes.length > 1)).toBe(true);
  });

  test('are named in two languages, tidily', () => {
    for (const { name } of retailer.items) {
      expect(name.fr).not.toBe(name.en);
      for (const text of [name.fr, name.en]) {
        expect(text).toMatch(/^\p{Lu}/u);
        expect(text).not.toMatch(/ {2}|^ | $| ,|undefined/);
      }
      expect(name.en).not.toMatch(/\b(en|de|lot|pièces)\b/);
      expect(name.fr).not.toMatch(/\b(of|set|with)\b/);
    }
  });

  test('have French adjectives that agree', () => {
    const names = retailer.items.map(({ name }) => name.fr);
    for (const name of [
      'Table basse ronde en marbre, 60 cm',
      'Vase en céramique blanche, 20 cm',
      'Lampe de table en métal noir, 40 cm',
      'Fauteuil en laine bouclée écrue',
      'Cocotte en fonte émaillée bleue, 24 cm',
      'Assiette plate en grès vert sauge, 27 cm',
      'Ampoule LED E27 transparente',
    ]) {
      expect(names).toContain(name);
    }
    const feminine = /\b(?:laine|céramique|porcelaine|fonte|fonte émaillée|percale de coton)/;
    const masculineColour = / (?:blanc|noir|gris|écru|doré|vert(?! sauge| sapin)|bleu(?! nuit))(?:,|$)/;
    expect(names.filter((name) => feminine.test(name) && masculineColour.test(name))).toEqual([]);
    const masculine =
      /en (?:métal|grès|lin|lin lavé|velours|coton|coton biologique|verre recyclé|cuir|tissu) /;
    const feminineColour = / (?:blanche|noire|grise|écrue|dorée|verte|bleue|naturelle)(?:,|$)/;
    expect(names.filter((name) => masculine.test(name) && feminineColour.test(name))).toEqual([]);
  });

  test('cost what such things cost', () => {
    for (const { price } of retailer.items) {
      expect(price.amount).toBeGreaterThan(2);
      expect(price.amount).toBeLessThan(2000);
      expect(Number(price.amount.toFixed(2))).toBe(price.amount);
    }
  });

  test('fill some 25 categories, with several coffee tables', () => {
    expect(new Set(retailer.items.map(({ category }) => category)).size).toBeGreaterThanOrEqual(25);
    expect(retailer.items.filter(({ sku }) => sku.startsWith('TABLE-BASSE-')).length).toBeGreaterThan(8);
  });
});
