// A chunk's facts as two batches side by side, where that comes to the same as one: no location is in both, so no level,
// no reservation and no place in a location's ledger is.
// While PostgreSQL writes one batch, this process decides the other: a chunk waits for both, not for each in turn.
import type { StockWriter } from '../../operations/stockWriter.ts';
import type { StockOperation } from '../../operations/writer/operation.ts';
import type { Outcome } from '../../operations/writer/outcome.ts';

type Fact = { source: string; eventId: string; location: string };

/** Fewer are not worth two transactions. */
const APART_MIN = 200;

/** Outcomes in the order of the commands. Rejects when a batch could not be written; then both have ended. */
export async function applyApart<Command extends Fact, Value>(
  stock: StockWriter,
  operation: StockOperation<Command, Value>,
  commands: readonly Command[],
): Promise<readonly Outcome<Value>[]> {
  const places = partsOf(commands);
  const parts = places.map((some) => some.flatMap((place) => commands[place] ?? []));
  const settled = await Promise.allSettled(parts.map((part) => stock.apply(operation, part)));
  const outcomes: Outcome<Value>[] = new Array(commands.length);
  for (const [part, result] of settled.entries()) {
    if (result.status === 'rejected') throw result.reason;
    for (const [at, place] of (places[part] ?? []).entries()) {
      const outcome = result.value[at];
      if (outcome !== undefined) outcomes[place] = outcome;
    }
  }
  return outcomes;
}

/** The places of the commands in each batch, in order: locations as they come, to the batch that has less so far. */
function partsOf(commands: readonly Fact[]): number[][] {
  const all = [...commands.keys()];
  if (commands.length < APART_MIN || tellsTwice(commands)) return [all];
  const first: number[] = [];
  const second: number[] = [];
  const partOf = new Map<string, number[]>();
  for (const [place, { location }] of commands.entries()) {
    const part = partOf.get(location) ?? (first.length <= second.length ? first : second);
    partOf.set(location, part);
    part.push(place);
  }
  return second.length === 0 ? [all] : [first, second];
}

/** Which of two facts with one event id comes first matters, wherever they happened. */
function tellsTwice(commands: readonly Fact[]): boolean {
  return new Set(commands.map(({ source, eventId }) => `${source}\n${eventId}`)).size < commands.length;
}
