// A chunk's facts in two lanes side by side, where that comes to the same as one: no location is in both, so no level, no
// reservation and no place in a location's ledger is. A lane hands in one batch after another.
// While PostgreSQL writes the batch of one lane, this process decides the other's: neither waits for the other's end.
import type { StockWriter } from '../../operations/stockWriter.ts';
import type { StockOperation } from '../../operations/writer/operation.ts';
import type { Outcome } from '../../operations/writer/outcome.ts';

type Fact = { source: string; eventId: string | null; location: string };

/** Outcomes in the order of the rows. Rejects when a batch could not be written; then all have ended. */
export type ApplyApart<Row, Value> = (rows: readonly Row[]) => Promise<readonly Outcome<Value>[]>;

/** Rows in one transaction: a shopper waits for its locks. */
const BATCH_ROWS = 500;
/** Fewer are not worth two transactions. */
const APART_MIN = 200;

/**
 * For the rows of one import. Of rows that are handed in again after a failure, those whose batch was written keep the
 * outcome that they had then: told again, they would pass for told before.
 */
export function applierApart<Row extends Fact, Command, Value>(
  stock: Pick<StockWriter, 'apply'>,
  operation: StockOperation<Command, Value>,
  commandOf: (row: Row) => Command,
): ApplyApart<Row, Value> {
  const written = new Map<Row, Outcome<Value>>();

  async function run(lane: readonly Row[]): Promise<void> {
    for (let from = 0; from < lane.length; from += BATCH_ROWS) {
      const batch = lane.slice(from, from + BATCH_ROWS);
      const outcomes = await stock.apply(operation, batch.map(commandOf));
      for (const [place, row] of batch.entries()) written.set(row, outcomeAt(outcomes, place));
    }
  }

  return async (rows) => {
    const lanes = await Promise.allSettled(lanesOf(rows.filter((row) => !written.has(row))).map(run));
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    const outcomes = rows.map((row) => written.get(row));
    for (const row of rows) written.delete(row);
    return rows.map((_, place) => outcomeAt(outcomes, place));
  };
}

function outcomeAt<Value>(outcomes: readonly (Outcome<Value> | undefined)[], place: number): Outcome<Value> {
  const outcome = outcomes[place];
  if (outcome === undefined) throw new Error('a fact got no outcome');
  return outcome;
}

/** The rows of each lane, in order: locations as they come, to the lane that has less so far. */
function lanesOf<Row extends Fact>(rows: readonly Row[]): (readonly Row[])[] {
  if (rows.length < APART_MIN || tellsTwice(rows)) return [rows];
  const first: Row[] = [];
  const second: Row[] = [];
  const laneOf = new Map<string, Row[]>();
  for (const row of rows) {
    const lane = laneOf.get(row.location) ?? (first.length <= second.length ? first : second);
    laneOf.set(row.location, lane);
    lane.push(row);
  }
  return [first, second];
}

/** Which of two facts with one event id comes first matters, wherever they happened. */
function tellsTwice(rows: readonly Fact[]): boolean {
  return new Set(rows.map(({ source, eventId }) => `${source}\n${eventId}`)).size < rows.length;
}
