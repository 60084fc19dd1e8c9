// Puts the demo's transfers on their way through the real operations. Knows no figure of theirs.
import type { DemoTransfer } from '../../db/demo/faitMaison.ts';
import { createTransfer } from '../operations/createTransfer.ts';
import { shipTransfer } from '../operations/shipTransfer.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import type { StockOperation } from '../operations/writer/operation.ts';
import type { Actor } from '../operations/writer/outcome.ts';

const WAREHOUSE: Actor = { keyId: 'key_demo', name: 'Fait Maison (demo)' };
/** Late for nobody who tries the demo for an afternoon. */
const ARRIVES_IN_MILLISECONDS = 2 * 86_400_000;

export async function playTransfers(
  stock: StockWriter,
  transfers: readonly DemoTransfer[],
  now: Date,
): Promise<void> {
  const by = { admit: () => true, actor: WAREHOUSE };
  const expectedAt = new Date(now.getTime() + ARRIVES_IN_MILLISECONDS);
  for (const { reach, ...made } of transfers) {
    await act(stock, createTransfer, { ...made, expectedAt, actor: WAREHOUSE });
    if (reach === 'shipped') await act(stock, shipTransfer, { ...by, id: made.id, lines: null });
  }
}

async function act<Command>(
  stock: StockWriter,
  operation: StockOperation<Command, unknown>,
  command: Command,
): Promise<void> {
  const [outcome] = await stock.apply(operation, [command]);
  if (outcome?.ok === false) throw outcome.problem;
}
