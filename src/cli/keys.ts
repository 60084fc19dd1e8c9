// `comptoir keys`: who may call the API. A secret is printed once, by the command that asked for it.
import { z } from 'zod';
import { type Key, keySchema, newKeySchema } from '../domain/key.ts';
import {
  type Command,
  OK,
  onlyWords,
  readWords,
  SERVER_OPTIONS,
  SERVER_USAGE,
  type Terminal,
  UsageError,
} from './command.ts';
import { call, type Server, serverOf } from './server.ts';

const USAGE = `Usage: npm run comptoir -- keys list [--json]
       npm run comptoir -- keys create NAME --scopes A,B [options]
       npm run comptoir -- keys revoke ID

  --scopes A,B  what the key may do, such as stock:read,stock:write; admin is everything
  --kind KIND   secret (unless said otherwise), or publishable: for a browser
  --locations C only at these locations: codes with commas between them
  --origins URL for a publishable key: the sites that may use it
  --json        what the API answers; for create, the key with its secret
${SERVER_USAGE}

The secret of a new key is printed once, alone, on standard output. It cannot be shown again.`;

const OPTIONS = {
  ...SERVER_OPTIONS,
  scopes: { type: 'string' },
  kind: { type: 'string' },
  locations: { type: 'string' },
  origins: { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof readWords<typeof OPTIONS>>['values'];

const page = z.object({ data: z.array(keySchema), nextCursor: z.string().nullable() });

export const keys: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, OPTIONS);
    const [verb = '', ...others] = positionals;
    const server = () => serverOf(values, terminal);
    if (verb === 'list') return list(onlyWords(others), await server(), values, terminal);
    if (verb === 'create') return create(onlyWords(others, 'NAME'), await server(), values, terminal);
    if (verb === 'revoke') return revoke(onlyWords(others, 'ID'), await server(), terminal);
    throw new UsageError(verb === '' ? 'Say list, create or revoke.' : `keys cannot ${verb}.`);
  },
};

async function list(_: string[], server: Server, { json }: Values, { output }: Terminal): Promise<number> {
  const all: Key[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '200', ...(cursor === '' ? {} : { cursor }) });
    const { data, nextCursor }: z.infer<typeof page> = page.parse(
      await call(server, 'GET', `/v1/keys?${query}`),
    );
    all.push(...data);
    cursor = nextCursor;
  }
  output.write(json ? `${JSON.stringify(all)}\n` : table(all));
  return OK;
}

function table(all: readonly Key[]): string {
  const rows = all.map(({ id, kind, hint, name, scopes, locations }) => [
    id,
    kind,
    `…${hint}`,
    name,
    scopes.join(','),
    locations === null ? 'every location' : locations.join(','),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.length === 0 ? 'There are no keys yet but the first one.\n' : `${lines.join('\n')}\n`;
}

async function create([name]: string[], server: Server, values: Values, terminal: Terminal): Promise<number> {
  if (values.scopes === undefined) throw new UsageError('Say with --scopes what the key may do.');
  const body = {
    name,
    kind: values.kind ?? 'secret',
    scopes: listOf(values.scopes),
    ...(values.locations === undefined ? {} : { locations: listOf(values.locations) }),
    ...(values.origins === undefined ? {} : { origins: listOf(values.origins) }),
  };
  const made = newKeySchema.parse(await call(server, 'POST', '/v1/keys', { body }));
  terminal.errorOutput.write(`${made.id} is made. This is its secret; it is not shown again:\n`);
  terminal.output.write(values.json ? `${JSON.stringify(made)}\n` : `${made.secret}\n`);
  return OK;
}

async function revoke([id = '']: string[], server: Server, { output }: Terminal): Promise<number> {
  await call(server, 'DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  output.write(`${id} is revoked: it opens nothing any more.\n`);
  return OK;
}

function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
