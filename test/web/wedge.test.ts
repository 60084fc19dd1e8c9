// Scanners that type: told from people by their speed.
import { describe, expect, test } from '@jest/globals';
import { afterStroke, isSameBarcode, NOTHING, type Stroke } from '../../src/web/tablet/src/scan/wedge.ts';
import { pairingCodeIn } from '../../src/web/tablet/src/screens/pairing/pairingCode.ts';

/** The codes that are heard when these keys come, `gap` milliseconds apart. */
function heard(keys: readonly string[], gap: number): string[] {
  let typed = NOTHING;
  const codes: string[] = [];
  keys.forEach((key, at) => {
    const stroke: Stroke = { key, at: 1_000 + at * gap };
    const after = afterStroke(typed, stroke);
    typed = after.typed;
    if (after.code !== null) codes.push(after.code);
  });
  return codes;
}

const EAN = '4006381333931';
const keysOf = (code: string) => code.split('');

describe('a code is heard', () => {
  test.each([
    ['that a scanner typed and ended with Enter', [...keysOf(EAN), 'Enter'], [EAN]],
    ['that it ended with Tab', [...keysOf(EAN), 'Tab'], [EAN]],
    ['twice, where it was scanned twice', [...keysOf(EAN), 'Enter', ...keysOf(EAN), 'Enter'], [EAN, EAN]],
    ['with capitals, which come with Shift', ['Shift', 'B', 'Shift', 'A', '-', '1', '2', 'Enter'], ['BA-12']],
    [
      'in digits, where the scanner takes a French keyboard for an American one',
      [...keysOf('àçé&'), 'Enter'],
      ['0921'],
    ],
  ])('%s', (_case, keys, codes) => {
    expect(heard(keys, 10)).toEqual(codes);
  });
});

describe('nothing is heard', () => {
  test.each<[string, string[], number]>([
    ['of what a person types', [...keysOf(EAN), 'Enter'], 90],
    ['of keys without an end', [...keysOf(EAN)], 10],
    ['of two keys and Enter', ['1', '2', 'Enter'], 10],
    ['of Enter alone', ['Enter'], 10],
    ['of a code that an arrow interrupts', [...keysOf(EAN.slice(0, 12)), 'ArrowLeft', '1', 'Enter'], 10],
  ])('%s', (_case, keys, gap) => {
    expect(heard(keys, gap)).toEqual([]);
  });
});

test.each([
  ['036000291452', '0036000291452', true],
  ['4006381333931', '4006381333931', true],
  ['4006381333931', '4006381333932', false],
  ['A2', 'A2', true],
  ['012', '0012', false],
])('%s and %s name one article: %s', (one, other, isSame) => {
  expect(isSameBarcode(one, other)).toBe(isSame);
});

test('a pairing code is read from its digits or its link, and from nothing else', () => {
  expect(pairingCodeIn('123456')).toBe('123456');
  expect(pairingCodeIn('https://stock.example/tablet#pair=654321')).toBe('654321');
  expect(pairingCodeIn('3760123456789')).toBeNull();
  expect(pairingCodeIn('https://stock.example/123456')).toBeNull();
});
