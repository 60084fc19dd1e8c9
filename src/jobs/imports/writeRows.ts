// What is done with rows, by type of import: kept in the catalogue, or handed to the stock writer; in a dry run,
// only looked at. One transaction for the rows of a call; never around the stock writer.
import type { ImportRecord } from '../../domain/import.ts';
import type { ImportType } from '../../domain/importFields.ts';
import type { RowRefusal } from '../../domain/importRefusal.ts';
import type { CountRow, MovementRow, RowOf } from '../../domain/importRow.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Saved } from '../../domain/saved.ts';
import { recordCounts } from '../../operations/recordCounts.ts';
import { recordMovements } from '../../operations/recordMovements.ts';
import { saveItems } from '../../operations/saveItems.ts';
import { saveLocations } from '../../operations/saveLocation.ts';
import type { StockWriter } from '../../operations/stockWriter.ts';
import type { Outcome } from '../../operations/writer/outcome.ts';
import type { Database, Tx } from '../../queries/transaction.ts';
import type { Catalogue } from '../../views/catalogue.ts';
import type { Sources } from '../../views/sources.ts';
import { type ApplyApart, applierApart } from './applyApart.ts';

export type RowOutcome = 'changed' | 'unchanged' | RowRefusal;
/** Writes progress with the rows' outcomes; runs in the rows' own transaction where they have one. */
export type Commit<Written> = (tx: Tx, outcomes: readonly RowOutcome[]) => Promise<Written>;
export type WriteRows<Row> = <Written>(rows: readonly Row[], commit: Commit<Written>) => Promise<Written>;

export type WriteDeps = {
  database: Database;
  stock: StockWriter;
  catalogue: Catalogue;
  sources: Pick<Sources, 'rankOf' | 'heard'>;
  now: () => Date;
};

/** How rows of this type are written for this import. */
export function rowWriter<Type extends ImportType>(
  type: Type,
  record: ImportRecord,
  deps: WriteDeps,
): WriteRows<RowOf[Type]> {
  return record.options.dryRun ? DRY[type](deps) : WRITERS[type](deps, record);
}

type Writers = { [Type in ImportType]: (deps: WriteDeps, record: ImportRecord) => WriteRows<RowOf[Type]> };

const WRITERS: Writers = {
  items: (deps) => (rows, commit) =>
    deps.database.retried(async (tx) => commit(tx, (await saveItems(tx, rows, deps.now())).map(ofSaved))),
  locations: (deps) => (rows, commit) =>
    deps.database.retried(async (tx) => commit(tx, (await saveLocations(tx, rows, deps.now())).map(ofSaved))),
  movements(deps, record) {
    const actor = { keyId: record.keyId, name: record.id };
    const commandOf = (row: MovementRow) => ({ ...row, eventId: identified(row), maySee: ANYWHERE, actor });
    return factWriter(deps, record, applierApart(deps.stock, recordMovements, commandOf));
  },
  counts: countWriter,
  levels: countWriter,
};

function countWriter(deps: WriteDeps, record: ImportRecord): WriteRows<CountRow> {
  const commandOf = (row: CountRow) => ({
    ...row,
    eventId: identified(row),
    sourceRank: deps.sources.rankOf(row.source),
    maySee: ANYWHERE,
  });
  return factWriter(deps, record, applierApart(deps.stock, recordCounts, commandOf));
}

function factWriter<Row extends MovementRow | CountRow>(
  deps: WriteDeps,
  record: ImportRecord,
  apply: ApplyApart<Row, 'applied' | 'duplicate'>,
): WriteRows<Row> {
  return async (rows, commit) => {
    const outcomes = await apply(rows);
    hear(deps, record, rows, outcomes);
    return afterwards(deps, outcomes, commit);
  };
}

/** A file is a message of every source that it has rows of. */
function hear(
  { sources, now }: WriteDeps,
  { options }: ImportRecord,
  rows: readonly (MovementRow | CountRow)[],
  outcomes: readonly Outcome<unknown>[],
): void {
  const taken = rows.map((row, place) => ({ ...row, isTaken: outcomes[place]?.ok === true }));
  for (const [source, told] of Map.groupBy(taken, (row) => row.source)) {
    const facts = told
      .filter(({ isTaken }) => isTaken)
      .map((row) => ({
        location: row.location,
        occurredAt: 'countedAt' in row ? row.countedAt : row.occurredAt,
      }));
    sources.heard({ source, at: now(), facts, by: options.locations });
  }
}

/** Rows for locations that the key may not touch were refused when they were read. */
const ANYWHERE = () => true;

function identified({ eventId }: MovementRow | CountRow): string {
  if (eventId === null) throw new Error('a fact was about to be written without an event id');
  return eventId;
}

/** The stock writer has committed by itself; should this fail, the same facts again are duplicates. */
function afterwards<Written>(
  deps: WriteDeps,
  outcomes: readonly Outcome<'applied' | 'duplicate'>[],
  commit: Commit<Written>,
): Promise<Written> {
  const told = outcomes.map((outcome) => {
    if (!outcome.ok) return refusalOf(outcome.problem);
    return outcome.value === 'applied' ? 'changed' : 'unchanged';
  });
  return deps.database.retried((tx) => commit(tx, told));
}

const DRY: { [Type in ImportType]: (deps: WriteDeps) => WriteRows<RowOf[Type]> } = {
  items: accepted,
  locations: accepted,
  movements: looked,
  counts: looked,
  levels: looked,
};

function accepted(deps: WriteDeps): WriteRows<unknown> {
  return (rows, commit) =>
    deps.database.retried((tx) =>
      commit(
        tx,
        rows.map(() => 'changed' as const),
      ),
    );
}

/** Whether items and locations exist is all that can be said of facts without recording them. */
function looked({ database, catalogue }: WriteDeps): WriteRows<{ sku: string; location: string }> {
  return async (rows, commit) => {
    const items = await catalogue.items(rows.map(({ sku }) => sku));
    const locations = await catalogue.locations([...new Set(rows.map(({ location }) => location))]);
    const outcomes = rows.map(({ sku, location }): RowOutcome => {
      if (!items.has(sku)) return unknown('unknown-item', '/sku', `There is no item ${sku}.`);
      return locations.has(location) ? 'changed' : unknownLocation(location, '/location');
    });
    return database.retried((tx) => commit(tx, outcomes));
  };
}

function ofSaved<Kept>(saved: Saved<Kept>): RowOutcome {
  if (saved.outcome === 'rejected') return refusalOf(saved.problem);
  return saved.outcome === 'unchanged' ? 'unchanged' : 'changed';
}

const POINTERS: Readonly<Record<string, string>> = {
  'unknown-item': '/sku',
  'unknown-location': '/location',
  'unknown-reservation': '/reservationId',
  'ambiguous-order-reference': '/orderReference',
  'event-id-reused': '/eventId',
  'stale-count': '/expected',
};

function refusalOf({ code, message, extras }: Problem): RowRefusal {
  const [first] = extras.errors ?? [];
  if (first !== undefined) return first;
  return { code, pointer: POINTERS[code] ?? null, detail: message };
}

function unknown(code: string, pointer: string, detail: string): RowRefusal {
  return { code, pointer, detail };
}

/** Another store's location is as unknown as one that does not exist. */
export function unknownLocation(code: string, pointer: string): RowRefusal {
  return unknown('unknown-location', pointer, `There is no location ${code}.`);
}
