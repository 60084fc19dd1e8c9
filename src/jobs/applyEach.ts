// Hands the stock writer many commands that stand for themselves, as the jobs find them by hundreds.
import type { StockWriter } from '../operations/stockWriter.ts';
import type { StockOperation } from '../operations/writer/operation.ts';
import type { Outcome } from '../operations/writer/outcome.ts';

/**
 * A submission each, all at once: the writer makes batches of them all the same, and finds out by halves which one cannot
 * be written (its level contradicts it, say). As one submission it took the others with it, and as the job finds the oldest
 * first, for ever. The outcomes of those that were decided; rejects when none was.
 */
export async function applyEach<Command, Value>(
  stock: Pick<StockWriter, 'apply'>,
  operation: StockOperation<Command, Value>,
  commands: readonly Command[],
): Promise<Outcome<Value>[]> {
  const settled = await Promise.allSettled(commands.map((command) => stock.apply(operation, [command])));
  const outcomes = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined && outcomes.length === 0) throw failed.reason;
  return outcomes;
}
