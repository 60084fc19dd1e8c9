// A process of the benchmark's own, and questions to it: what loads and what is measured must not share one event loop.
// Both ends of the line; what is asked is the caller's.
import { fork } from 'node:child_process';

/** Question → its function, as the child has it. */
type Contract = Record<string, (question: never) => Promise<unknown>>;

export type Child<C extends Contract> = {
  pid: number;
  ask<Name extends keyof C & string>(
    name: Name,
    question: Parameters<C[Name]>[0],
  ): Promise<Awaited<ReturnType<C[Name]>>>;
  close(): Promise<void>;
};

type Question = { id: number; name: string; question: unknown };
type Reply = { id: number; value?: unknown; error?: string };
type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

export async function forkChild<C extends Contract>(file: string): Promise<Child<C>> {
  const child = fork(file, { env: { ...process.env, NODE_ENV: 'production' }, serialization: 'advanced' });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      for (const { reject } of waiting.values()) reject(new Error(`${file} has ended`));
      resolve();
    });
  });
  child.on('message', (reply: Reply) => {
    const { resolve, reject } = waiting.get(reply.id) ?? {};
    waiting.delete(reply.id);
    if (reply.error === undefined) resolve?.(reply.value);
    else reject?.(new Error(reply.error));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return {
    pid: child.pid ?? 0,
    ask(name, question) {
      const id = asked++;
      return new Promise((resolve, reject) => {
        // The other process is ours: what it answers is what the contract says.
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id, name, question } satisfies Question, (error) => {
          if (error !== null) reject(error);
        });
      });
    },
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** In the child: answers what is asked until nobody is there to ask. */
export function answerParent(contract: Contract): void {
  const answer = async ({ id, name, question }: Question) => {
    const reply: Reply = { id };
    try {
      reply.value = await contract[name]?.(question as never);
    } catch (error) {
      reply.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    if (process.connected) process.send?.(reply);
  };
  process.on('message', (question: Question) => void answer(question));
  // The parent closes in order on Ctrl-C; a parent that was killed leaves nobody behind.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
}
