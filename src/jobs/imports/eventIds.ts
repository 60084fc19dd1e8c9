// Event ids for facts whose file gives them none: made from what the fact says, so that the same file again, or a
// longer one that holds the same rows, counts nothing twice.
import { hash } from 'node:crypto';
import type { ImportType } from '../../domain/importFields.ts';
import { UnusableFile } from '../../domain/importPlan.ts';
import type { CountRow, MovementRow, RowOf } from '../../domain/importRow.ts';
import { OCCURRENCES_MAX, Occurrences } from './occurrences.ts';

/** Gives each row its event id, where it lacks one. Must see every row of the file, in order. */
export type Identify<Row> = (row: Row) => Row;

export function identifyRows<Type extends ImportType>(type: Type): Identify<RowOf[Type]> {
  return MAKERS[type]();
}

const MAKERS: { [Type in ImportType]: () => Identify<RowOf[Type]> } = {
  items: () => (row) => row,
  locations: () => (row) => row,
  movements: identifyMovements,
  // The same count twice says nothing new: it needs no telling apart.
  counts: () => identifyCount,
  levels: () => identifyCount,
};

/**
 * `row-` and a hash of type, sku, location, quantity, time, reference and reservation; a second row that says the very
 * same is another fact (two customers bought one each), and gets `-2`, a third `-3`.
 */
function identifyMovements(): Identify<MovementRow> {
  const occurrences = new Occurrences();
  return (row) => {
    if (row.eventId !== null) return row;
    const { type, sku, location, quantity, occurredAt, reference, reservationId, named } = row;
    const says = [type, sku, location, quantity, occurredAt.getTime(), reference, reservationId];
    const digest = digestOf(named === null ? says : [...says, named]);
    const before = occurrences.note(digest.readUIntBE(0, 6) * 32 + ((digest[6] ?? 0) >> 3));
    if (occurrences.size > OCCURRENCES_MAX) {
      const detail = `The file has more than ${OCCURRENCES_MAX} different rows without an event id: give them one, or split the file.`;
      throw new UnusableFile('too-many-rows-without-event-id', detail);
    }
    return { ...row, eventId: before === 0 ? idOf(digest) : `${idOf(digest)}-${before + 1}` };
  };
}

function identifyCount(row: CountRow): CountRow {
  if (row.eventId !== null) return row;
  const { sku, location, onHand, countedAt, expected } = row;
  return { ...row, eventId: idOf(digestOf([sku, location, onHand, countedAt.getTime(), expected])) };
}

function digestOf(content: readonly unknown[]): Buffer {
  return hash('sha256', JSON.stringify(content), 'buffer');
}

function idOf(digest: Buffer): string {
  return `row-${digest.toString('base64url', 0, 24)}`;
}
