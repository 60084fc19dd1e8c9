// The command behind the check that package-lock.json is complete: it names every optional dependency, also those of
// other platforms. npm leaves some out where it cannot see them (npm/cli#4828), and then `npm ci` fails for the next
// one, or on another platform. Without --check it adds what is missing, as npm would, except for the integrity.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const entry = z.object({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
/** Parsed key by key, since an object's schema would write the keys that it knows first. */
const object = z.record(z.string(), z.unknown());

const file = path.join(import.meta.dirname, '..', '..', 'package-lock.json');
const lock = object.parse(JSON.parse(readFileSync(file, 'utf8')));
const packages = object.parse(lock.packages);

const places = Object.keys(packages);
const missing = Object.values(packages)
  .map((value) => entry.parse(value))
  .flatMap(({ dev, optionalDependencies = {} }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !places.some((place) => place.endsWith(`node_modules/${name}`)))
      .map(([name, range]) => ({ name, range, dev })),
  );

if (missing.length > 0 && process.argv.includes('--check')) {
  const names = missing.map(({ name }) => name).join(', ');
  console.error(`package-lock.json leaves out ${names}. Run \`npm run lock\` and commit the result.`);
  process.exitCode = 1;
} else if (missing.length > 0) {
  for (const { name, range, dev } of missing) {
    packages[`node_modules/${name}`] = {
      // The packages of one program's platforms have its own version, exactly.
      version: range.replace(/^[^\d]*/, ''),
      ...(dev ? { dev } : {}),
      optional: true,
      ...platformOf(name),
    };
  }
  const byPath = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(byPath) }, null, 2)}\n`);
}

/** By these npm knows, before it asks for the package, that it has no business here. */
function platformOf(name: string): { os?: string[]; cpu?: string[]; libc?: string[] } {
  const words = name.split(/[/-]/);
  const systems = [
    'android',
    'darwin',
    'freebsd',
    'linux',
    'netbsd',
    'openbsd',
    'openharmony',
    'sunos',
    'win32',
  ];
  const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  const libc = words.includes('musl')
    ? ['musl']
    : words.includes('linux') && words.includes('gnu')
      ? ['glibc']
      : [];
  return { ...(os.length ? { os } : {}), ...(cpu.length ? { cpu } : {}), ...(libc.length ? { libc } : {}) };
}
