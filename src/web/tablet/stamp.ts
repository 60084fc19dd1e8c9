// What a build of the tablet is made of, as one name: the same sources with the same packages, the same name.
// Needs no package, so that a server can ask whether its build is current without loading what builds.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const NOT_SOURCES = /^(dist|node_modules)(\/|$)/;

/** Reads some hundred small files: a few milliseconds. `root`: the tablet's folder. */
export async function stampOf(root: string): Promise<string> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((file) => !NOT_SOURCES.test(file))
    .sort();
  const hash = createHash('sha256');
  // Its packages are pinned exactly there.
  hash.update(await readFile(path.join(root, '../../../package.json')));
  for (const file of files) {
    hash.update(`\0${file}\0`);
    hash.update(await readFile(path.join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
