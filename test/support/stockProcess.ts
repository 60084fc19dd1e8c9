// A stock writer with a pool of its own on a database that others use too: what another process of Comptoir is to
// PostgreSQL. Unlike the stock room's, it lives through errors and keeps them for the test to look at.
import { createHash } from 'node:crypto';
import {
  openStockWriter,
  type StockWriter,
  type StockWriterOptions,
} from '../../src/operations/stockWriter.ts';
import type { StockOperation } from '../../src/operations/writer/operation.ts';
import type { Outcome, Submitted } from '../../src/operations/writer/outcome.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { writerOptions } from './stockRoom.ts';

export type StockProcess = {
  database: Database;
  stock: StockWriter;
  /** What the writer told its operator about. */
  errors: unknown[];
  /** One command; the outcome, or the code of the problem that the whole submission was refused with. */
  one<Command, Value>(operation: StockOperation<Command, Value>, command: Command): Promise<Outcome<Value>>;
  /** One command as a request with an Idempotency-Key. The answer's body is the value as JSON, or the problem's code. */
  ask<Command, Value>(
    operation: StockOperation<Command, Value>,
    command: Command,
    key: string,
    body?: unknown,
  ): Promise<Submitted>;
  close(): Promise<void>;
};

export function openStockProcess(url: string, options: Partial<StockWriterOptions> = {}): StockProcess {
  const errors: unknown[] = [];
  const database = openDatabase({ url, connectionsMax: 4, onIdleError: () => {} });
  const stock = openStockWriter({
    ...writerOptions(database),
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    database,
    stock,
    errors,
    async one(operation, command) {
      const [outcome] = await stock.apply(operation, [command]);
      if (outcome === undefined) throw new Error('a command got no outcome');
      return outcome;
    },
    ask: (operation, command, key, body = command) =>
      stock.submit({
        operation,
        commands: [command],
        idempotency: { keyId: 'key_test', key, requestHash: hashOf(body) },
        answer: ([outcome]) =>
          outcome?.ok
            ? { status: 201, body: JSON.stringify(outcome.value ?? null) }
            : { status: outcome?.problem.status ?? 500, body: JSON.stringify(outcome?.problem.code) },
      }),
    async close() {
      await stock.close();
      await database.close();
    },
  };
}

function hashOf(body: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(body)).digest();
}
