// Runs `comptoir` as people run it: a process of its own, with its words, its environment and its exit code.
// Owns the children; no assertion.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';

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
