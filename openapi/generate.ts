// Writes openapi/openapi.json from the table of routes; with --check only says whether it is current.
// Owns the file; what is in it is src/http/openapi.ts's.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { openApiDocument } from '../src/http/openapi.ts';
import { routes } from '../src/http/routes/index.ts';

const file = path.join(import.meta.dirname, 'openapi.json');

async function main(): Promise<void> {
  const text = await generate();
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
    return;
  }
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed === text) return;
  process.stderr.write(
    'openapi/openapi.json is not what the routes say. Run `npm run openapi` and commit it.\n',
  );
  process.exitCode = 1;
}

async function generate(): Promise<string> {
  const packageFile = path.join(import.meta.dirname, '..', 'package.json');
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(packageFile, 'utf8')));
  return `${JSON.stringify(openApiDocument(routes, version), null, 2)}\n`;
}

await main();
