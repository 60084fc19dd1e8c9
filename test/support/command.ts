// Runs `comptoir` as people run it: a process of its own, with its words, its environment and its exit code; or the
// same words in this process, where a process is not what is looked at. Owns the children; no assertion.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type { Output } from '../../src/cli/command.ts';
import { runWords } from '../../src/cli/commands.ts';

const start = path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'start.js');

export type Ran = { code: number | null; out: string; err: string };

export type Running = {
  child: ChildProcessWithoutNullStreams;
  out(): string;
  err(): string;
  ended: Promise<Ran>;
};

type Options = { env?: Record<string, string>; cwd?: string; stdin?: string };

/** Nothing of this process's environment but its PATH. */
export function startCommand(words: readonly string[], { env = {}, cwd, stdin = '' }: Options = {}): Running {
  const child = spawn(process.execPath, [start, ...words], {
    env: { PATH: process.env.PATH ?? '', ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const ended = new Promise<Ran>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  return { child, out: () => out, err: () => err, ended };
}

export function runCommand(words: readonly string[], options: Options = {}): Promise<Ran> {
  return startCommand(words, options).ended;
}

/** The same without a process: a start of Node and of all modules costs half a second each time. */
export async function runHere(
  words: readonly string[],
  { env = {} }: Pick<Options, 'env'> = {},
): Promise<Ran> {
  const out = collector();
  const err = collector();
  const code = await runWords(words, {
    ...{ output: out.stream, errorOutput: err.stream, environment: env },
    untilInterrupted: () => new AbortController().signal,
  });
  return { code, out: out.text(), err: err.text() };
}

function collector(): { stream: Output; text(): string } {
  let text = '';
  const stream = Object.assign(new PassThrough(), { isTTY: false });
  stream.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  return { stream, text: () => text };
}
