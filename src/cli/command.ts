// What a command is: its words, its terminal, its way to fail. Knows none of them.
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Where words go: a terminal, a pipe, a file. */
export type Output = NodeJS.WritableStream & { readonly isTTY: boolean };

export type Terminal = {
  /** For what was asked for: data, in words or as JSON. */
  output: Output;
  /** For what is said about it: progress, failures. */
  errorOutput: Output;
  environment: Readonly<Record<string, string | undefined>>;
  /** From this call on ^C and SIGTERM abort the signal instead of ending the process; a second one ends it. */
  untilInterrupted(): AbortSignal;
};

export type Command = {
  /** What --help prints. */
  usage: string;
  /** The exit code. Throws UsageError (2) and Failure (1). */
  run(words: readonly string[], terminal: Terminal): Promise<number>;
};

export const OK = 0;
export const FAILED = 1;
export const MISUSED = 2;

/** Words that were not understood; the message is for whoever typed them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** It could not be done; the message is for whoever asked for it, and says what to do. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}

/** What every command that calls the API takes. */
export const SERVER_OPTIONS = { url: { type: 'string' }, key: { type: 'string' } } as const;
export const SERVER_USAGE = `  --url URL     the server; COMPTOIR_URL, or this machine's
  --key KEY     COMPTOIR_KEY, or the admin key in the data directory`;

type Options = NonNullable<ParseArgsConfig['options']>;

/** `parseArgs` with positionals, whose refusals are UsageErrors. */
export function readWords<const Given extends Options>(words: readonly string[], options: Given) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Throws a UsageError unless there are exactly as many words as names. */
export function onlyWords(given: readonly string[], ...names: readonly string[]): string[] {
  const missing = names[given.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  const surplus = given[names.length];
  if (surplus !== undefined) throw new UsageError(`${surplus} is one word too many.`);
  return [...given];
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** Resolves when the text was taken: what reads it sets the pace, and memory stays bounded. */
export async function print(stream: Output, text: string): Promise<void> {
  if (stream.write(text)) return;
  await new Promise((resolve) => stream.once('drain', resolve));
}
