// The command behind `npm run comptoir`: finds the command that is meant, and turns its end into an exit code.
// The only file here that knows the process.
import { ConfigError } from '../config.ts';
import { backup, restore } from './backup.ts';
import { type Command, FAILED, Failure, MISUSED, OK, type Terminal, UsageError } from './command.ts';
import { importCommand } from './import/run.ts';
import { keys } from './keys.ts';
import { verify } from './verify.ts';

const COMMANDS: readonly Command[] = [keys, importCommand, verify, backup, restore];

const WIDTH = 10;
const USAGE = `Usage: npm run comptoir -- COMMAND [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(WIDTH)}${summary}`).join('\n')}

  COMMAND --help says more. Exit codes: 0 it is done, 1 it failed, 2 the words were wrong.`;

const HELP = ['--help', '-h', 'help'];

async function run([name = '', ...words]: readonly string[], terminal: Terminal): Promise<number> {
  const command = COMMANDS.find((known) => known.name === name);
  const usage = command?.usage ?? USAGE;
  const isHelp =
    command === undefined ? HELP.includes(name) : HELP.slice(0, 2).some((word) => words.includes(word));
  if (isHelp) {
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

function untilInterrupted(): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  return interruption.signal;
}

// Who reads what is printed may have read enough (`… | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? OK : FAILED),
);

const { stdout: output, stderr: errorOutput, env: environment } = process;
run(process.argv.slice(2), { output, errorOutput, environment, untilInterrupted }).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    errorOutput.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = FAILED;
  },
);
