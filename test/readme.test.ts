// What the README says is true: its walk runs as it stands, and its tables name what there is.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { VARIABLES } from '../src/config.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { type RealProcess, startProcess } from './support/realProcess.ts';

const root = path.join(import.meta.dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

let made: TestDatabase;
let comptoir: RealProcess;
beforeAll(async () => {
  made = await createTestDatabase();
  comptoir = await startProcess({
    DATABASE_URL: made.url,
    HOST: '127.0.0.1',
    COMPTOIR_DEMO: '1',
    COMPTOIR_ADMIN_KEY: 'an-admin-key-of-the-readme',
  });
}, 300_000);
afterAll(async () => {
  expect(await comptoir.stop()).toBe(0);
  await made.drop();
});

test('its walk goes from a shopper’s question to the counter, and the store hears each step', async () => {
  const key = /Demo: secret\s+(\S+)/.exec(comptoir.output())?.[1] ?? '';
  const { code, output } = await bash(blockAfter('<!-- walk:'), {
    COMPTOIR_URL: comptoir.url,
    COMPTOIR_KEY: key,
  });
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/FR-LILLE-01 {2}[\d.]+ km {2}now {2}ready 20/);
  expect(output).toMatch(/held until 20/);
  expect(output).toMatch(/pickup code \d{6}/);
  for (const step of ['held', 'confirmed', 'picking', 'picked', 'ready', 'collected']) {
    expect(output).toContain(`tablet: reservation.${step}`);
    expect(output).toMatch(new RegExp(`^\\d {2}${step} {2}by `, 'm'));
  }
  expect(output).toMatch(/tablet: stock\.changed TABLE-BASSE-CHENE-80 available \d/);
});

test('its table of configuration has every variable with its default, and no other', () => {
  const inOrder = (lines: string[]) => lines.toSorted((a, b) => (a < b ? -1 : 1));
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)].map(
    ([, name, value]) => `${name} ${value?.trim()}`,
  );
  const variables = Object.entries(VARIABLES).map(([name, { shownDefault }]) => `${name} ${shownDefault}`);
  expect(inOrder(rows)).toEqual(inOrder(variables));
});

function blockAfter(marker: string): string {
  const [, after = ''] = readme.split(marker);
  return /```bash\n([\s\S]*?)```/.exec(after)?.[1] ?? '';
}

function bash(
  script: string,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once('close', (code) => resolve({ code, output }));
  });
}
