// Files into rows: what ends a row in each format, in whatever pieces the bytes come; and that a broken row costs one row.
import { expect, test } from '@jest/globals';
import { COLUMNS_MAX, type Delimiter } from '../../src/domain/import.ts';
import { UnusableFile } from '../../src/domain/importPlan.ts';
import { RecordFault } from '../../src/jobs/imports/records.ts';
import { type FileRules, openFile } from '../../src/jobs/imports/rows.ts';

const CSV: FileRules = { format: 'csv', header: true, delimiter: null };
const LINES: FileRules = { format: 'ndjson', header: true, delimiter: null };

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The columns and what each row holds; a fault as its code. */
async function read(text: string | Buffer, rules: FileRules = CSV, size = 1e9) {
  const file = await openFile(pieces(Buffer.from(text), size), rules);
  const rows: unknown[] = [];
  for await (const records of file.records) {
    for (const data of file.dataOf(records)) rows.push(data instanceof RecordFault ? data.code : data);
  }
  return { columns: file.columns.names, rows };
}

test.each<[string, string, unknown[]]>([
  [
    'the usual',
    'a,b\n1,2\n3,4\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['no line end after the last row', 'a,b\n1,2', [['1', '2']]],
  ['a byte order mark and Windows line ends', '\ufeffa,b\r\n1,2\r\n', [['1', '2']]],
  ['blank lines, and rows of nothing but empty cells', '\n\na,b\n\n1,2\n,\n \n\n', [['1', '2']]],
  [
    'quoted delimiters, quotes and line breaks',
    'a,b\n"1,""x""","2\r\n3"\n4,5\n',
    [
      ['1,"x"', '2\r\n3'],
      ['4', '5'],
    ],
  ],
  ['a quote inside a cell that is not quoted', 'a,b\n12" pan,"y"\n', [['12" pan', 'y']]],
  [
    'empty cells',
    'a,b\n"",\n1,\n',
    [
      ['', ''],
      ['1', ''],
    ],
  ],
  ['accents and other scripts', 'a,b\né,日本\n', [['é', '日本']]],
  ['empty cells beyond the last column', 'a,b\n1,2,,\n', [['1', '2', '', '']]],
  [
    'too few and too many cells',
    'a,b\n1\n1,2,3\n4,5\n',
    ['wrong-column-count', 'wrong-column-count', ['4', '5']],
  ],
  [
    'a quote that is never closed costs its line only',
    'a,b\n"1,2\n3,4\n5,6\n',
    ['unclosed-quote', ['3', '4'], ['5', '6']],
  ],
  ['text after a closing quote costs its line only', 'a,b\n"1"x,2\n3,4\n', ['stray-quote', ['3', '4']]],
  [
    'a stray quote that a later one seems to close',
    'a,b\n"1,2\n3,"4"\n5,6\n',
    ['stray-quote', ['3', '4'], ['5', '6']],
  ],
  ['U+0000', 'a,b\n1,\0\n3,4\n', ['null-character', ['3', '4']]],
])('CSV, in pieces of any size: %s', async (_, text, rows) => {
  for (const size of [1, 2, 3, 5, 1e9]) {
    expect(await read(text, CSV, size)).toEqual({ columns: ['a', 'b'], rows });
  }
});

test.each<[string, string[]]>([
  ['id;label,with;c', ['id', 'label,with', 'c']],
  ['a,b', ['a', 'b']],
  ['a\tb\tc', ['a', 'b', 'c']],
  ['id|name|hours', ['id', 'name', 'hours']],
  ['"a;b",c', ['a;b', 'c']],
  ['alone', ['alone']],
])('the delimiter is found out from the first row: %s', async (header, columns) => {
  expect((await read(`${header}\n`)).columns).toEqual(columns);
});

test('a delimiter that is given stands', async () => {
  const rules = { ...CSV, delimiter: 'pipe' as Delimiter };
  expect(await read('a,b|c\n1,2|3\n', rules)).toEqual({ columns: ['a,b', 'c'], rows: [['1,2', '3']] });
});

test('without a header the columns are numbers, and the first row is data', async () => {
  expect(await read('x;y\nz;w\n', { ...CSV, header: false })).toEqual({
    columns: ['1', '2'],
    rows: [
      ['x', 'y'],
      ['z', 'w'],
    ],
  });
});

test('what is not UTF-8 costs its row', async () => {
  const text = Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xe9]), Buffer.from('\n3,4\n')]);
  expect((await read(text)).rows).toEqual(['invalid-utf8', ['3', '4']]);
});

test('a row may have as many bytes as the limit, and not one more', async () => {
  const rules = { ...CSV, rowBytesMax: 20 };
  for (const size of [1, 7, 1e9]) {
    const { rows } = await read(`a,b\n1,${'x'.repeat(18)}\n1,${'x'.repeat(19)}\n3,4\n`, rules, size);
    expect(rows).toEqual([['1', 'x'.repeat(18)], 'row-too-long', ['3', '4']]);
  }
});

test('a quoted cell may go on over lines up to the limit; beyond, its quote counts as never closed', async () => {
  const rules = { ...CSV, rowBytesMax: 20 };
  const { rows } = await read('a,b\n"1\n2\n3",4\n"1\n2\n3\n4\n5\n6\n7\n8\n9\n0,0\n1,2\n', rules, 3);
  expect(rows.at(0)).toEqual(['1\n2\n3', '4']);
  expect(rows.at(1)).toBe('unclosed-quote');
  expect(rows.at(-1)).toEqual(['1', '2']);
});

test('a file may have as many rows as the limit, and not one more', async () => {
  const rules = { ...CSV, rowsMax: 3 };
  expect((await read('a\n1\n2\n3\n', rules)).rows).toHaveLength(3);
  await expect(read('a\n1\n2\n3\n4\n', rules)).rejects.toThrow(UnusableFile);
});

test('a file may have as many columns as the limit, and not one more', async () => {
  const header = (columns: number) => Array.from({ length: columns }, (_, n) => `c${n}`).join(',');
  expect((await read(header(COLUMNS_MAX))).columns).toHaveLength(COLUMNS_MAX);
  await expect(read(header(COLUMNS_MAX + 1))).rejects.toThrow(/1001 columns/);
});

test.each([
  ['empty', ''],
  ['blank', ' \n\n'],
  ['with a broken header', 'a,"b\n1,2\n'],
])('a file that is %s cannot be used', async (_, text) => {
  await expect(read(text)).rejects.toThrow(UnusableFile);
});

test('a column that two have cannot be asked for', async () => {
  const file = await openFile(pieces(Buffer.from('a,a,b\n'), 10), CSV);
  expect(() => file.columns.cell('a')).toThrow(/Two columns are called `a`/);
  expect(file.columns.cell('b')).not.toBeNull();
});

test('lines of JSON: each an object; a broken line costs one row', async () => {
  const text = '\ufeff{"a":1,"b":"x\\ny"}\r\n\n[1]\n{"a":\n7\n{"a":{"b":2}}';
  for (const size of [1, 4, 1e9]) {
    expect(await read(text, LINES, size)).toEqual({
      columns: null,
      rows: [{ a: 1, b: 'x\ny' }, 'not-an-object', 'malformed-json', 'not-an-object', { a: { b: 2 } }],
    });
  }
});

test('members of lines are found by their very name, or by a path', async () => {
  const { columns } = await openFile(pieces(Buffer.from('{}'), 10), LINES);
  const row = { 'a.b': 1, a: { b: 2, c: { d: 3 } } };
  expect(['a.b', 'a.c.d', 'a.x.d', 'toString'].map((path) => columns.cell(path)?.(row))).toEqual([
    1,
    3,
    undefined,
    undefined,
  ]);
});
