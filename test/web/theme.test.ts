// The colours: every text on every ground that it may stand on has a contrast of 4.5:1, in both themes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const css = readFileSync(path.join(import.meta.dirname, '../../src/web/tablet/src/ui/theme.css'), 'utf8');
const blocks = [...css.matchAll(/^\s*:root[^{]*\{([^}]*--ground[^}]*)\}/gm)].map(([, body = '']) =>
  tokensIn(body),
);
const [light = {}, dark = {}, darkByDevice = {}] = blocks;

/** Text → the grounds it stands on. */
const pairs: Record<string, string[]> = {
  text: ['ground', 'surface', 'surface-2'],
  'text-soft': ['ground', 'surface', 'surface-2'],
  accent: ['ground', 'surface'],
  'on-accent': ['accent'],
  'on-accent-soft': ['accent-soft'],
  info: ['info-soft', 'surface'],
  good: ['good-soft', 'surface'],
  warn: ['warn-soft', 'surface'],
  bad: ['bad-soft', 'surface'],
  'on-bad': ['bad'],
};

test.each(['light', 'dark'])('%s: every text can be read', (theme) => {
  const tokens = theme === 'light' ? light : dark;
  const faint = Object.entries(pairs)
    .flatMap(([text, grounds]) => grounds.map((ground) => ({ text, ground })))
    .map((pair) => ({ ...pair, contrast: contrastOf(tokens[pair.text], tokens[pair.ground]) }))
    .filter(({ contrast }) => !(contrast >= 4.5));
  expect(faint).toEqual([]);
});

test.each(['light', 'dark'])('%s: lines and the focus can be seen', (theme) => {
  const tokens = theme === 'light' ? light : dark;
  for (const edge of ['line', 'focus']) {
    for (const ground of ['ground', 'surface']) {
      const contrast = contrastOf(tokens[edge], tokens[ground]);
      expect({ edge, ground, isSeen: contrast >= 3 }).toEqual({ edge, ground, isSeen: true });
    }
  }
});

test('dark is the same whether people or their device chose it', () => {
  expect(darkByDevice).toEqual(dark);
  expect(Object.keys(dark).length).toBeGreaterThan(10);
});

function tokensIn(body: string): Record<string, string> {
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
  );
}

/** WCAG 2.2: the ratio of two relative luminances. NaN where a colour is unknown. */
function contrastOf(a = '', b = ''): number {
  const [high = Number.NaN, low = Number.NaN] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
