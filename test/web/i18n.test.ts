// Words: each in both languages, with the same places to fill in, and counted as each language counts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { en } from '../../src/web/tablet/src/i18n/en.ts';
import { fr } from '../../src/web/tablet/src/i18n/fr.ts';
import { durationOf, pluralOf, wordsOf } from '../../src/web/tablet/src/i18n/words.ts';

const sources = path.join(import.meta.dirname, '../../src/web/tablet/src');
const places = (text: string) => new Set(text.match(/\{\w+\}/g));
const english: Record<string, string> = en;

test('every text is there in both languages, says something, and has the same places to fill in', () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(fr).sort());
  for (const [key, text] of Object.entries(fr)) {
    const other = english[key] ?? '';
    expect([key, text.trim() === '', other.trim() === '']).toEqual([key, false, false]);
    expect([key, places(other)]).toEqual([key, places(text)]);
  }
});

test('every text is named by a screen: as it is, without its plural’s end, or by a template that makes its shape', () => {
  const code = readdirSync(sources, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('texts') && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  const named = new Set(Array.from(code.matchAll(/'(\w+(?:\.\w+)+)'/g), ([, key]) => key));
  const shapes = Array.from(code.matchAll(/`(\w+\.(?:[\w.]|\$\{[^}`]*\})+)`/g), ([, template = '']) => {
    const fixed = template.split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', '\\.'));
    return new RegExp(`^${fixed.join('[\\w-]+')}$`);
  });
  const isNamed = (key: string) => named.has(key) || shapes.some((shape) => shape.test(key));
  const unnamed = Object.keys(fr).filter(
    (key) => !isNamed(key) && !isNamed(key.replace(/\.(one|other)$/, '')),
  );
  expect(unnamed).toEqual([]);
});

test('French counts nothing as one, English as many', () => {
  expect(pluralOf('fr', 'unit.units', 0)).toBe('0 article');
  expect(pluralOf('en', 'unit.units', 0)).toBe('0 items');
  expect(pluralOf('fr', 'unit.units', 2)).toBe('2 articles');
});

test('a place that nothing fills stays to be seen', () => {
  expect(wordsOf('en', 'shift.pin')).toContain('{name}');
});

test.each([
  [45_000, '45 s'],
  [-12 * 60_000, '12 min'],
  [(3 * 60 + 5) * 60_000, '3 h 05'],
  [50 * 3_600_000, '2 j'],
])('%i ms is %s', (milliseconds, words) => {
  expect(durationOf('fr', milliseconds)).toBe(words);
});
