// Owns where the browser of the browser tests is: the machine's, or one that is installed here when there is none.
// Debian's own package comes with every library it needs; where that cannot be had, Playwright's download is tried.
// The shell without a window is asked for first: pages are drawn, scripted and stored by the same engine, and a new tablet
// costs less. dialogs, keeping, counter and tablet took 58 and 51 s with it, 76 and 93 with the whole browser (2 cores, in turns).
import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');
/** With node_modules, so that it goes with them; not in anybody's home. */
const DOWNLOADS = path.join(root, 'node_modules', '.cache', 'browsers');
const SHELL = 'chromium-headless-shell';
const NAMES = [SHELL, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/usr/bin',
  '/usr/local/bin',
  '/snap/bin',
  '/opt/google/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS',
  '/Applications/Chromium.app/Contents/MacOS',
];
const MAC_NAMES = ['Google Chrome', 'Chromium'];

/** The path of a Chromium or Chrome, of each folder its shell first; null where there is none. `COMPTOIR_TEST_CHROMIUM` names one. */
export function findBrowser(): string | null {
  const named = process.env.COMPTOIR_TEST_CHROMIUM;
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`COMPTOIR_TEST_CHROMIUM is ${named}, which is no program here`);
  }
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...PLACES];
  const installed = folders.flatMap((folder) =>
    [...NAMES, ...MAC_NAMES].map((name) => path.join(folder, name)),
  );
  const downloaded = globSync('chromium*/*/{chrome,chrome-headless-shell,headless_shell}', {
    cwd: DOWNLOADS,
  });
  return [...installed, ...downloaded.map((file) => path.join(DOWNLOADS, file))].find(isProgram) ?? null;
}

/** The same, installing one first where there is none. Throws with what to do where that fails as well. */
export async function findOrInstallBrowser(): Promise<string> {
  const tried: string[] = [];
  for (const install of [null, fromDebian, fromPlaywright]) {
    if (install !== null) tried.push(install());
    const found = findBrowser();
    if (found !== null) return found;
  }
  throw new Error(
    `The browser tests need Chromium, and it could not be installed:\n${tried.join('\n')}\n` +
      'Install it (Debian: apt-get install chromium), or name one in COMPTOIR_TEST_CHROMIUM.',
  );
}

function fromDebian(): string {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !isDebian()) return '- Debian’s package: needs Debian and root';
  process.stderr.write('Installing Chromium with apt-get for the browser tests…\n');
  run('apt-get', ['update']);
  const shell = aptGet(SHELL);
  // Older releases and Debian's relatives have the whole browser alone.
  return findBrowser() === null ? `${shell}\n${aptGet('chromium')}` : shell;
}

function aptGet(browser: string): string {
  return run('apt-get', ['install', '-y', '--no-install-recommends', browser, 'fonts-liberation']);
}

function fromPlaywright(): string {
  process.stderr.write('Downloading Chromium for the browser tests…\n');
  const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
  return run(process.execPath, [cli, 'install', '--only-shell', 'chromium'], {
    PLAYWRIGHT_BROWSERS_PATH: DOWNLOADS,
  });
}

/** Answers with the last words of what failed. */
function run(program: string, args: readonly string[], environment: Record<string, string> = {}): string {
  const { status, stderr, error } = spawnSync(program, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...environment },
    encoding: 'utf8',
  });
  const said = error?.message ?? stderr.trim().split('\n').slice(-3).join(' ');
  return `- ${program} ${args.join(' ')}: ${status === 0 ? 'succeeded' : said}`;
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
