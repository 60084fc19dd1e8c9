// The command behind `npm run check`: everything that judges the code without running it, side by side, in under a minute.
import { spawn } from 'node:child_process';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** The longest first: with two at a time, that makes the whole shortest. */
const parts: readonly (readonly [name: string, ...command: string[]])[] = [
  ['openapi.json is valid', 'redocly', 'lint', '--extends=recommended-strict', 'openapi/openapi.json'],
  ['openapi.json is current', 'node', 'openapi/generate.ts', '--check'],
  ['schema.sql is current', 'node', 'db/dumpSchema.ts', '--check'],
  ['package-lock.json is complete', 'node', 'test/support/lockfile.ts', '--check'],
  ['types', 'tsc'],
  ['types of the tablet', 'tsc', '-p', 'src/web/tablet'],
  ['types of its service worker', 'tsc', '-p', 'src/web/tablet/worker'],
  ['layers', 'jest', 'test/layers.test.ts'],
  ['lint with types', 'oxlint', '--type-aware', '--deny-warnings'],
  ['format and lint', 'biome', 'ci', '--error-on-warnings', '--colors=off'],
];

const environment = {
  ...process.env,
  PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
  COMPTOIR_TEST_CLUSTER: 'none',
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
};

interface Result {
  readonly passed: boolean;
  readonly output: string;
}

const waiting = [...parts];
let failed = 0;
await Promise.all([runInTurn(), runInTurn()]);
console.log(
  failed === 0 ? `All ${parts.length} checks passed` : `${failed} of ${parts.length} checks failed`,
);
process.exitCode = failed === 0 ? 0 : 1;

async function runInTurn(): Promise<void> {
  for (let part = waiting.shift(); part; part = waiting.shift()) {
    const [name, program, ...args] = part;
    const startedAt = performance.now();
    const { passed, output } = await run(program ?? '', args);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    if (!passed) console.log(`${output.trimEnd()}\n`);
    failed += passed ? 0 : 1;
  }
}

function run(program: string, args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ passed: false, output: error.message }));
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });
}
