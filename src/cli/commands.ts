// Which commands there are: finds the one that is meant, and turns its end into an exit code and words.
// Knows its terminal, and no process.
import { ConfigError } from '../config.ts';
import { type Command, FAILED, Failure, MISUSED, OK, type Terminal, UsageError } from './command.ts';

/** Read only when it is asked for: together they take most of a second. */
type Listed = { summary: string; load: () => Promise<Command> };

const COMMANDS: Readonly<Record<string, Listed>> = {
  doctor: {
    summary: 'check this machine, the server and the database, and say what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  keys: { summary: 'list, make and revoke API keys', load: async () => (await import('./keys.ts')).keys },
  pair: {
    summary: 'make a tablet for a location, and show its pairing code',
    load: async () => (await import('./pair.ts')).pair,
  },
  demo: {
    summary: 'let the demo store live: orders, sales and deliveries, for a while',
    load: async () => (await import('./demo.ts')).demo,
  },
  import: {
    summary: 'send a CSV or NDJSON file and follow its import',
    load: async () => (await import('./import/run.ts')).importCommand,
  },
  listen: { summary: 'print events as they happen', load: async () => (await import('./listen.ts')).listen },
  forward: {
    summary: 'send events as webhooks to a local address',
    load: async () => (await import('./forward.ts')).forward,
  },
  replay: { summary: 'print or send past events', load: async () => (await import('./replay.ts')).replay },
  verify: {
    summary: 'check every level against its ledger',
    load: async () => (await import('./verify.ts')).verify,
  },
  backup: {
    summary: 'save the whole database into a file, while it is used',
    load: async () => (await import('./backup.ts')).backup,
  },
  restore: {
    summary: 'bring a backup back into an empty database',
    load: async () => (await import('./restore.ts')).restore,
  },
};

const WIDTH = 10;
const USAGE = `Usage: npm run comptoir -- COMMAND [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(WIDTH)}${summary}`)
  .join('\n')}

  COMMAND --help says more. Exit codes: 0 it is done, 1 it failed, 2 the words were wrong.`;

const HELP = ['--help', '-h'];

/** The exit code. Throws what is none of a user's business: a bug. */
export async function runWords(
  [name = '', ...words]: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.load() : undefined;
  const usage = command?.usage ?? USAGE;
  if (command === undefined ? HELP.includes(name) : words.some((word) => HELP.includes(word))) {
    terminal.output.write(`${usage}\n`);
    return OK;
  }
  try {
    if (command === undefined)
      throw new UsageError(name === '' ? 'Say what to do.' : `There is no command ${name}.`);
    return await command.run(words, terminal);
  } catch (error) {
    const isTold = [UsageError, Failure, ConfigError].some((kind) => error instanceof kind);
    if (!isTold || !(error instanceof Error)) throw error;
    terminal.errorOutput.write(`${error.message}\n`);
    if (!(error instanceof UsageError)) return FAILED;
    terminal.errorOutput.write(`\n${usage}\n`);
    return MISUSED;
  }
}
