// One import from wherever it stands to its end. Chunk by chunk: rows written, then progress, so that whoever takes
// over after a crash repeats one chunk at most, and repeating changes nothing.
import type { Logger } from 'pino';
import type { ImportType } from '../../domain/importFields.ts';
import { UnusableFile } from '../../domain/importPlan.ts';
import type { RowOf } from '../../domain/importRow.ts';
import { Problem } from '../../domain/problem.ts';
import { isHeldUp, isUnavailable } from '../../queries/pgError.ts';
import { pause } from '../pause.ts';
import { bodyOf } from './body.ts';
import { type HeldImport, LeaseLost } from './heldImport.ts';
import { type Accepted, type Chunk, chunksOf, rejection } from './readRows.ts';
import { openFile } from './rows.ts';
import { surveyFile } from './surveyFile.ts';
import { type RowOutcome, rowWriter, type WriteDeps } from './writeRows.ts';

export type RunDeps = WriteDeps & { log: Logger };

const RETRY_MILLISECONDS_FIRST = 100;
const RETRY_MILLISECONDS_MAX = 2_000;
/** A chunk that was held up so often in a row may be too much at once. */
const HELD_UP_TRIES_MAX = 5;

/**
 * Runs a held import. Resolves when it ended (or is not ours any more); throws `signal`'s reason when the process stops,
 * with everything committed that was applied, and what the database does when it is away or held up for long: then
 * the import is to be run again.
 */
export async function runImport(held: HeldImport, deps: RunDeps, signal: AbortSignal): Promise<void> {
  const stop = AbortSignal.any([signal, held.lost]);
  try {
    if (held.record.survey === null) {
      const { survey, rowsTotal } = await surveyFile(deps.database, held.record, stop);
      await held.survey(survey, rowsTotal);
    }
    await runRows(held.record.type, held, deps, stop);
    await held.end('succeeded', null);
  } catch (error) {
    if (error instanceof LeaseLost) return;
    if (signal.aborted || isUnavailable(error) || isHeldUp(error)) throw error;
    await held.end('failed', failureOf(error, held, deps));
  }
}

function failureOf(error: unknown, held: HeldImport, deps: RunDeps): { code: string; detail: string } {
  if (error instanceof UnusableFile) return { code: error.code, detail: error.message };
  deps.log.error({ err: error, import: held.record.id }, 'an import failed');
  return { code: 'internal-error', detail: 'Something went wrong on our side; the log says what.' };
}

/** While one chunk is written, the next one is read and mapped: one in flight, one ready, never more. */
async function runRows<Type extends ImportType>(
  type: Type,
  held: HeldImport,
  deps: RunDeps,
  stop: AbortSignal,
): Promise<void> {
  const { record } = held;
  const file = await openFile(bodyOf(deps.database, record), { format: record.format, ...record.options });
  const writer = new ChunkWriter(type, held, deps, stop);
  let inFlight = Promise.resolve();
  try {
    for await (const chunk of chunksOf(type, record, file, deps.catalogue, stop)) {
      await inFlight;
      stop.throwIfAborted();
      inFlight = writer.write(chunk);
      // Looked at above or below; meanwhile a failure must not count as unhandled.
      inFlight.catch(() => {});
    }
  } finally {
    await inFlight;
  }
}

class ChunkWriter<Type extends ImportType> {
  readonly #held: HeldImport;
  readonly #deps: RunDeps;
  readonly #stop: AbortSignal;
  readonly #writeRows: ReturnType<typeof rowWriter<Type>>;

  constructor(type: Type, held: HeldImport, deps: RunDeps, stop: AbortSignal) {
    this.#held = held;
    this.#deps = deps;
    this.#stop = stop;
    this.#writeRows = rowWriter(type, held.record, deps);
  }

  /** Writes a chunk, whatever it takes: waits for what passes, halves a chunk that cannot be written. */
  async write(chunk: Chunk<RowOf[Type]>): Promise<void> {
    let milliseconds = RETRY_MILLISECONDS_FIRST;
    let heldUpTries = 0;
    for (;;) {
      try {
        await this.#writeOnce(chunk);
        return;
      } catch (error) {
        if (error instanceof LeaseLost) throw error;
        if (isHeldUp(error)) heldUpTries += 1;
        if (!isPassing(error) || heldUpTries === HELD_UP_TRIES_MAX) {
          await this.#writeHalves(chunk, error);
          return;
        }
      }
      await pause(milliseconds, this.#stop);
      this.#stop.throwIfAborted();
      milliseconds = Math.min(milliseconds * 2, RETRY_MILLISECONDS_MAX);
      if (await this.#isWritten(chunk)) return;
    }
  }

  async #writeOnce(chunk: Chunk<RowOf[Type]>): Promise<void> {
    const rowsBefore = this.#held.record.rowsDone;
    const rows = chunk.accepted.map(({ row }) => row);
    const record = await this.#writeRows(rows, (tx, outcomes) => {
      const refused = refusedOf(chunk.accepted, outcomes);
      const progress = {
        rowsBefore,
        rowsDone: chunk.last,
        rowsUnchanged: outcomes.filter((outcome) => outcome === 'unchanged').length,
        rowsRejected: chunk.rejected.length + refused.length,
      };
      return this.#held.advance(tx, progress, [...chunk.rejected, ...refused]);
    });
    this.#held.advanced(record);
  }

  /** A COMMIT whose answer got lost may have happened. False as long as nobody can tell. */
  async #isWritten(chunk: Chunk<RowOf[Type]>): Promise<boolean> {
    try {
      return (await this.#held.refresh()).rowsDone >= chunk.last;
    } catch (error) {
      if (error instanceof LeaseLost || !isPassing(error)) throw error;
      return false;
    }
  }

  /** What the database refuses for a reason that nobody foresaw must not cost the row's neighbours. */
  async #writeHalves(chunk: Chunk<RowOf[Type]>, error: unknown): Promise<void> {
    const { accepted, rejected } = chunk;
    const [poison] = accepted;
    // No row is to blame for what held it up: the import is run again later.
    if (poison === undefined || (accepted.length === 1 && isHeldUp(error))) throw error;
    if (accepted.length === 1) {
      this.#deps.log.error(
        { err: error, import: this.#held.record.id, row: poison.number },
        'a row cannot be written',
      );
      const detail = 'Something went wrong on our side with this row; the log says what.';
      const refusal = { code: 'internal-error', pointer: null, detail };
      rejected.push(rejection(poison.number, refusal, poison.bytes));
      await this.write({ ...chunk, accepted: [] });
      return;
    }
    const middle = accepted[Math.floor(accepted.length / 2)]?.number ?? chunk.last;
    const isFirst = ({ number }: { number: number }) => number < middle;
    await this.write({
      last: middle - 1,
      accepted: accepted.filter(isFirst),
      rejected: rejected.filter(({ row }) => row < middle),
    });
    await this.write({
      last: chunk.last,
      accepted: accepted.filter((row) => !isFirst(row)),
      rejected: rejected.filter(({ row }) => row >= middle),
    });
  }
}

/** Worth another try after a while: the writer's queue is full, the database is away or held up. */
function isPassing(error: unknown): boolean {
  return (error instanceof Problem && error.status === 503) || isUnavailable(error) || isHeldUp(error);
}

function refusedOf<Row>(accepted: readonly Accepted<Row>[], outcomes: readonly RowOutcome[]) {
  return accepted.flatMap(({ number, bytes }, place) => {
    const outcome = outcomes[place];
    if (outcome === undefined) throw new Error(`row ${number} got no outcome`);
    return typeof outcome === 'string' ? [] : [rejection(number, outcome, bytes)];
  });
}
