// What rows need beside themselves: the zones of locations, OpenStreetMap's opening hours, what is below zero.
// One context serves one run of one import.
import { LRUCache } from 'lru-cache';
import { type ImportRecord, parseNegative } from '../../domain/import.ts';
import type { PlannedField } from '../../domain/importPlan.ts';
import type { RowContext } from '../../domain/importRow.ts';
import { type LocationRecord, locationCodeSchema } from '../../domain/location.ts';
import type { Catalogue } from '../../views/catalogue.ts';
import { osmHoursReader } from '../osmHours.ts';
import { RecordFault } from './records.ts';
import type { RowData } from './rows.ts';

export type RunContext = RowContext & {
  /** To be called before rows are mapped: until it is called again, the zones of their locations are known. */
  prepare(rows: readonly (RowData | RecordFault)[]): Promise<void>;
};

/** The exceptions of opening hours reach from the year of the import to the end of the next: the same file, the same hours. */
const HOURS_DAYS = 731;
const READERS_MAX = 20;

export function makeContext(
  record: ImportRecord,
  fields: readonly PlannedField<RowData>[],
  catalogue: Pick<Catalogue, 'locations'>,
): RunContext {
  const { options } = record;
  // Of the rows at hand only: a column of receipts' numbers, taken for the location's, has a new one in each of a
  // million rows.
  let known: ReadonlyMap<string, LocationRecord> = new Map();
  const location = fields.find(({ field }) => field === 'location');
  const needsZones = options.timeZone === null && fields.some(({ kind }) => kind === 'instant');
  return {
    decimal: options.decimal,
    dates: options.dates,
    listSeparator: options.listSeparator,
    now: record.survey === null ? record.createdAt : new Date(record.survey.asOf),
    negative: parseNegative(options.negative),
    readOsmHours: hoursReaders(record.createdAt.getUTCFullYear()),
    // A location that is unknown has no zone; its row will be refused for that very reason.
    zoneOf: (code) => options.timeZone ?? known.get(code ?? '')?.timeZone ?? 'UTC',
    async prepare(rows) {
      if (!needsZones || location === undefined) return;
      const codes = new Set<string>();
      for (const row of rows) {
        const found = row instanceof RecordFault ? undefined : location.read(row);
        // A program that writes JSON may well write a code of digits as a number.
        const code = typeof found === 'number' ? String(found) : found;
        if (typeof code !== 'string' || codes.has(code)) continue;
        if (locationCodeSchema.safeParse(code).success) codes.add(code);
      }
      known = await catalogue.locations([...codes]);
    },
  };
}

/** One reader for each country and region, because each remembers what it has read. */
function hoursReaders(year: number): RowContext['readOsmHours'] {
  const readers = new LRUCache<string, ReturnType<typeof osmHoursReader>>({ max: READERS_MAX });
  return (text, country, region) => {
    const name = `${country} ${region ?? ''}`;
    const known = readers.get(name);
    if (known !== undefined) return known(text);
    const made = osmHoursReader({ from: `${year}-01-01`, days: HOURS_DAYS, countryCode: country, region });
    readers.set(name, made);
    return made(text);
  };
}
