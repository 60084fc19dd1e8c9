// The build of the tablet's pages that fits their sources: found, or made by a process of its own, which needs Vite.
// Knows where builds are; what one is, is src/web/tablet/build.ts's.
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { readTablet, type TabletFiles } from './http/tablet.ts';
import { stampOf } from './web/tablet/stamp.ts';

const root = path.join(import.meta.dirname, 'web', 'tablet');

/** Never rejects: without pages (null) the API works, and the log says what is wrong. */
export async function currentTablet(log: Logger): Promise<TabletFiles | null> {
  try {
    return await readTablet(await builtTablet());
  } catch (error) {
    log.warn({ err: error }, 'the tablet’s pages are not built: /tablet is not served; see npm run build');
    return null;
  }
}

/** The folder of the current build, which is made where there is none. Rejects when that fails. */
export async function builtTablet(): Promise<string> {
  const folder = path.join(root, 'dist', await stampOf(root));
  const isBuilt = await access(path.join(folder, 'index.html')).then(
    () => true,
    () => false,
  );
  if (!isBuilt) await build();
  return folder;
}

/** In a process of its own: what builds is large, and this process serves for months. */
function build(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'build.ts')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The build ended with ${code}: ${said.trim().slice(0, 2_000)}`));
    });
  });
}
