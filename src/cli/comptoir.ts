// The process behind `npm run comptoir`: its words, its streams, its signals and its exit code.
// The only file here that knows the process.
import { FAILED, OK } from './command.ts';
import { runWords } from './commands.ts';

/** npm hands on a ^C that the terminal has sent to everybody: the same one twice is one. */
const SAME_MILLISECONDS = 1_000;
const INTERRUPTED = 130;

function untilInterrupted(): AbortSignal {
  const interruption = new AbortController();
  let interruptedAt: number | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interruptedAt ??= performance.now();
      interruption.abort();
      if (performance.now() - interruptedAt > SAME_MILLISECONDS) process.exit(INTERRUPTED);
    });
  }
  return interruption.signal;
}

// Who reads what is printed may have read enough (`… | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? OK : FAILED),
);

const { stdout: output, stderr: errorOutput, env: environment } = process;
runWords(process.argv.slice(2), { output, errorOutput, environment, untilInterrupted }).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    errorOutput.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = FAILED;
  },
);
