// Advisory locks have one number each in a database: two that share one keep each other waiting, or out, for nothing.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const root = path.join(import.meta.dirname, '..');
const sources = ['src', 'db'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file: path.relative(root, file), text: readFileSync(file, 'utf8') })),
);
const locks = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/^(?:export )?const (\w*LOCK) = (\d[\d_]*);/gm)].map(([, name = '', number = '']) => ({
    file,
    name,
    number: Number(number.replaceAll('_', '')),
  })),
);

test('no two advisory locks have the same number', () => {
  const alike = locks.filter(({ number }) => locks.filter((other) => other.number === number).length > 1);
  expect(alike).toEqual([]);
});

test('every advisory lock is taken by a constant that is known here', () => {
  const takers = sources.filter(({ text }) => /pg_(?:try_)?advisory_\w*lock/.test(text));
  const names = locks.map(({ name }) => name);
  const isKnown = (text: string) => names.some((name) => new RegExp(`\\[${name}[\\],]`).test(text));
  expect(takers.length).toBeGreaterThan(5);
  expect(takers.filter(({ text }) => !isKnown(text)).map(({ file }) => file)).toEqual([]);
});
