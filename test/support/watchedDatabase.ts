// A database that a test watches and holds up: which statements ran, and answers that arrive when the test says so.
// The statements are the real ones, on real PostgreSQL; only the moment of their answer is the test's.
import type { Tx } from '../../src/queries/transaction.ts';

export type WatchedDatabase = Tx & {
  /** Names of the statements that ran, in order. */
  readonly statements: string[];
  /**
   * From now on answers to statements of this name are kept back. Returns how to let them go: all that wait, and
   * all that come.
   */
  holdUp(name: string): { waiting(): number; release(): void };
  /** From now on statements of this name fail. Returns how to end that. */
  breakDown(name: string): () => void;
};

export function watchDatabase(database: Tx): WatchedDatabase {
  const statements: string[] = [];
  const gates = new Map<string, Promise<void>>();
  const waiting = new Map<string, number>();
  const broken = new Set<string>();
  return {
    drizzle: database.drizzle,
    statements,
    async run(name, text, values) {
      statements.push(name);
      if (broken.has(name)) throw new Error(`${name} is broken`);
      const rows = await database.run(name, text, values);
      const gate = gates.get(name);
      if (gate === undefined) return rows as never;
      waiting.set(name, (waiting.get(name) ?? 0) + 1);
      await gate;
      waiting.set(name, (waiting.get(name) ?? 0) - 1);
      return rows as never;
    },
    holdUp(name) {
      const { promise, resolve } = Promise.withResolvers<void>();
      gates.set(name, promise);
      return {
        waiting: () => waiting.get(name) ?? 0,
        release() {
          gates.delete(name);
          resolve();
        },
      };
    },
    breakDown(name) {
      broken.add(name);
      return () => broken.delete(name);
    },
  };
}
