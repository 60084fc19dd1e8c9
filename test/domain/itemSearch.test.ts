// Which words find an item. The matching itself is PostgreSQL's; here, terms and queries.
import { describe, expect, test } from '@jest/globals';
import { fold, searchQuery, searchTerms } from '../../src/domain/itemSearch.ts';

describe('folding', () => {
  test.each([
    ['Canapé', 'canape'],
    ['CANAPÉ', 'canape'],
    ['Cœur de bœuf', 'coeur de boeuf'],
    ['Großes Kissen', 'grosses kissen'],
    ['ﬁl à linge', 'fil a linge'],
    ['Ångström', 'angstrom'],
    ['İstanbul', 'istanbul'],
  ])('%s becomes %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });
});

describe('terms', () => {
  test('are the words of both names, of the sku and of the barcodes, each once', () => {
    const item = {
      name: { fr: 'Table basse en chêne', en: 'Oak coffee table' },
      barcodes: ['3760123456789'],
    };
    expect(searchTerms('TABLE-BASSE-CHENE-80', item).sort()).toEqual(
      ['3760123456789', '80', 'basse', 'chene', 'coffee', 'en', 'oak', 'table'].sort(),
    );
  });

  test('have a numeric barcode also without its leading zeros', () => {
    expect(searchTerms('A', { name: { fr: 'x' }, barcodes: ['0080480000074'] })).toContain('80480000074');
    expect(searchTerms('A', { name: { fr: 'x' }, barcodes: ['000'] })).toContain('0');
  });

  test('hold letters and digits only, so that no query can be broken out of', () => {
    const hostile = "a' & !b | (c):* \\ <-> \u0000";
    expect(searchTerms("X'&|", { name: { fr: hostile }, barcodes: ["'"] }).join('')).toMatch(
      /^[\p{L}\p{N}]*$/u,
    );
    expect(searchQuery(hostile)).toBe("'a':* & 'b':* & 'c':*");
  });
});

describe('a search', () => {
  test('asks for each word as a beginning', () => {
    expect(searchQuery('Table BASSE')).toBe("'table':* & 'basse':*");
  });

  test('also asks for a number without its leading zeros', () => {
    expect(searchQuery('0080480000074')).toBe("('0080480000074':* | '80480000074')");
  });

  test('of no letter and no digit asks for nothing', () => {
    expect(searchQuery(' --- ')).toBeNull();
  });
});
