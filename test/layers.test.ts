// The rooms of the house and which doors there are between them: what README calls layers, proved from the imports.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

/** Room → the rooms that it may import from, besides itself. `main` is every file directly in src but config, metrics and newId. */
const doors: Record<string, string[]> = {
  domain: [],
  shared: ['domain'],
  schema: [],
  db: ['schema', 'domain'],
  queries: ['schema', 'shared', 'domain'],
  operations: ['queries', 'shared', 'domain'],
  feed: ['queries', 'shared', 'domain'],
  views: ['feed', 'queries', 'shared', 'domain'],
  http: ['operations', 'views', 'feed', 'queries', 'shared', 'domain'],
  realtime: ['operations', 'views', 'feed', 'queries', 'shared', 'domain'],
  jobs: ['operations', 'views', 'feed', 'queries', 'shared', 'domain'],
  demo: ['db', 'operations', 'views', 'queries', 'shared', 'domain'],
};
const main = [...Object.keys(doors), 'openapi', 'build of the tablet'];
/** Stands beside main, and uses what main knows of a start: where the server is, its key, its configuration. */
doors.cli = [...main, 'main'];
doors['build of the tablet'] = [];
/** Pages speak to the server over the network alone. */
doors.tablet = [];

/** Package → the files that may import it. Others may be imported anywhere, but by the domain. */
const packages: Record<string, RegExp> = {
  pg: /^(db|src\/queries)\/|^src\/main\.ts$/,
  'drizzle-orm': /^(db|src\/queries)\/|^src\/main\.ts$/,
  'drizzle-kit': /^db\//,
  express: /^src\/http\/|^src\/app\.ts$/,
  'swagger-ui-express': /^src\/http\/|^src\/app\.ts$/,
  'socket.io': /^src\/realtime\//,
  'socket.io-client': /^src\/(cli|web\/tablet\/src\/data)\//,
  vite: /^src\/web\/tablet\/[^/]+\.ts$/,
  'pg-copy-streams': /^db\//,
};
const domainPackages = ['zod', 'luxon'];
const tabletPackages = [
  'preact',
  '@preact/signals',
  'idb',
  'socket.io-client',
  'barcode-detector',
  'qrcode',
  'zxing-wasm',
];

/** Rooms whose files stand side by side and do not know each other (what they share is in a folder of the room's). */
const strangers = [/^src\/operations\/[^/]+\.ts$/, /^src\/http\/routes\/(?!index\.ts$)[^/]+\.ts$/];

const root = path.join(import.meta.dirname, '..');
const files = ['src', 'db', 'openapi'].flatMap(sourcesIn);
const ofTablet = (file: string) => roomOf(file) === 'tablet';
const imports = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

test('every room has its doors here', () => {
  const known = new Set([...Object.keys(doors), 'main', 'openapi']);
  expect(files.filter((file) => !known.has(roomOf(file)))).toEqual([]);
});

test('every file imports only from rooms that its own has a door to', () => {
  const allowed = (from: string, to: string) => from === to || (doors[from] ?? main).includes(to);
  const own = imports.filter(({ to }) => files.includes(to));
  expect(own.filter(({ from, to }) => !allowed(roomOf(from), roomOf(to)))).toEqual([]);
  expect(own.length).toBeGreaterThan(0);
});

test('two operations never import each other, nor do two route files', () => {
  expect(
    imports.filter(({ from, to }) => strangers.some((side) => side.test(from) && side.test(to))),
  ).toEqual([]);
});

test('the database’s, Express’s and Socket.IO’s packages stay in their rooms, and the domain needs hardly any', () => {
  const foreign = imports
    .filter(({ to }) => !files.includes(to))
    .map(({ from, to }) => ({ from, to: packageOf(to) }));
  expect(foreign.filter(({ from, to }) => packages[to]?.test(from) === false)).toEqual([]);
  const ofDomain = foreign.filter(({ from }) => roomOf(from) === 'domain').map(({ to }) => to);
  expect(ofDomain.filter((name) => !domainPackages.includes(name))).toEqual([]);
});

test('the tablet’s pages import nothing of the server, and no package but their own few', () => {
  const away = imports.filter(({ from, to }) => ofTablet(from) && !ofTablet(to));
  const foreign = away.filter(({ to }) => !tabletPackages.includes(packageOf(to)));
  expect(foreign).toEqual([]);
  expect(imports.filter(({ from, to }) => !ofTablet(from) && ofTablet(to))).toEqual([]);
});

test('what the tablet knows knows no screen, and its components know neither', () => {
  const below = (folder: string) => (file: string) => file.startsWith(`src/web/tablet/src/${folder}/`);
  const [data, ui, screens, app] = ['data', 'ui', 'screens', 'app'].map(below);
  const wrong = imports.filter(
    ({ from, to }) =>
      (data?.(from) && (ui?.(to) || screens?.(to) || app?.(to))) ||
      (ui?.(from) && (screens?.(to) || app?.(to))),
  );
  expect(wrong).toEqual([]);
});

test('no import leads back to where it came from', () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(' > '));
    if (done.has(file) || way.includes(file)) return;
    for (const { to } of imports.filter(({ from }) => from === file)) walk(to, [...way, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  expect(cycles).toEqual([]);
});

function roomOf(file: string): string {
  if (/^src\/(config|metrics|newId)\.ts$/.test(file)) return 'shared';
  if (file.startsWith('db/schema/')) return 'schema';
  if (/^src\/web\/tablet\/(src|worker)\//.test(file)) return 'tablet';
  if (file.startsWith('src/web/tablet/')) return 'build of the tablet';
  const [top = '', room = ''] = file.split('/');
  if (top !== 'src') return top;
  return room.includes('.') ? 'main' : room;
}

function sourcesIn(folder: string): string[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /\.[jt]sx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('src/web/tablet/dist/'));
}

/** Paths from the root for our own files, names for packages. Type imports count: they are knowledge too. */
function importsOf(file: string): string[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  const statements = source.matchAll(
    /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements]
    .map((match) => match[1] ?? match[2] ?? '')
    .map((to) => (to.startsWith('.') ? path.join(path.dirname(file), to) : to));
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
