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
    const { os, cpu, libc } = platformOf(name);
    packages[`node_modules/${name}`] = {
      // The packages of one program's platforms have its own version, exactly. The rest in npm's order.
      version: range.replace(/^[^\d]*/, ''),
      ...(cpu.length > 0 && { cpu }),
      ...(dev && { dev }),
      ...(libc.length > 0 && { libc }),
      optional: true,
      ...(os.length > 0 && { os }),
    };
  }
  const byPath = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(byPath) }, null, 2)}\n`);
}

/** By these npm knows, before it asks for the package, that it has no business here. */
function platformOf(name: string): { os: string[]; cpu: string[]; libc: string[] } {
  const words = name.split(/[/-]/);
  const glibc = words.includes('linux') && words.includes('gnu');
  return {
    os: words.filter((word) =>
      /^(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|win32)$/.test(word),
    ),
    cpu: words.filter((word) => /^(arm|arm64|ia32|loong64|ppc64|riscv64|s390x|x64)$/.test(word)),
    libc: words.includes('musl') ? ['musl'] : glibc ? ['glibc'] : [],
  };
}
