// Builds the tablet's pages: `npm run build`; and `npm start` runs it where they are missing or older than their
// sources. A build is a folder of dist named by what it was made of: two that are made at once cannot harm each other,
// and a server never shows half of one.
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { stampOf } from './stamp.ts';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
/** Older builds are dropped, but not under a process that may just be starting with one. */
const KEPT_MILLISECONDS = 3_600_000;
const COMPRESSED = /\.(js|css|html|svg|webmanifest|json|wasm)$/;
/** What the camera needs is a megabyte that most tablets never ask for: kept when it is first used. */
const LATER = /\.wasm$/;

// Vite takes the environment's word for what it builds: where tests ask for a build (NODE_ENV=test) it would be one for
// development, larger, with the paths of our sources in it, under the same stamp as the one that `npm start` serves.
process.env.NODE_ENV = 'production';
const stamp = await stampOf(root);
const making = path.join(dist, `.making-${process.pid}`);
await mkdir(making, { recursive: true });
await build({
  configFile: path.join(root, 'vite.config.ts'),
  logLevel: 'warn',
  build: { outDir: making, emptyOutDir: true },
});
await tellWorker();
await compress();
await putInPlace();
await dropOthers();

/** Somebody may have made the same build meanwhile, and be reading it: then theirs stays. */
async function putInPlace(): Promise<void> {
  try {
    await rename(making, path.join(dist, stamp));
  } catch {
    await access(path.join(dist, stamp, 'index.html'));
    await rm(making, { recursive: true, force: true });
  }
}

/** The service worker learns its version and the files of the shell, which only the finished build knows. */
async function tellWorker(): Promise<void> {
  const files = (await filesIn(making)).filter((file) => file !== 'sw.js' && !LATER.test(file));
  const shell = files.map((file) => (file === 'index.html' ? '/tablet' : `/tablet/${file}`));
  const worker = path.join(making, 'sw.js');
  const source = await readFile(worker, 'utf8');
  if (!source.includes('__SHELL__')) throw new Error('sw.js has no place for its list of files');
  await writeFile(worker, source.replace('__SHELL__', JSON.stringify(shell)).replace('__VERSION__', stamp));
}

async function compress(): Promise<void> {
  for (const file of (await filesIn(making)).filter((name) => COMPRESSED.test(name))) {
    const whole = await readFile(path.join(making, file));
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    await writeFile(path.join(making, `${file}.br`), brotliCompressSync(whole, { params }));
    await writeFile(path.join(making, `${file}.gz`), gzipSync(whole, { level: 9 }));
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

async function dropOthers(): Promise<void> {
  for (const name of await readdir(dist)) {
    const folder = path.join(dist, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (name !== stamp && Date.now() - mtimeMs > KEPT_MILLISECONDS)
      await rm(folder, { recursive: true, force: true });
  }
}
