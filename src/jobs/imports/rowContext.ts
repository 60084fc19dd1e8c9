// What rows need beside themselves: the zones of locations, OpenStreetMap's opening hours, what is below zero.
// One context serves one run of one import.
import { LRUCache } from 'lru-cache';
import { type ImportRecord, parseNegative } from '../../domain/import.ts';
import type { PlannedField } from '../../domain/importPlan.ts';
import type { RowContext } from '../../domain/importRow.ts';
import type { Catalogue } from '../../views/catalogue.ts';
import { osmHoursReader } from '../osmHours.ts';
import { RecordFault } from './records.ts';
import type { RowData } from './rows.ts';

export type RunContext = RowContext & {
  /** To be called before rows are mapped: afterwards their locations' zones are known. */
  prepare(rows: readonly (RowData | RecordFault)[]): Promise<void>;
};

/** The exceptions of opening hours reach from the year of the import to the end of the next: the same file, the same hours. */
const HOURS_DAYS = 731;
const READERS_MAX = 20;

export function makeContext(
  record: ImportRecord,
  fields: readonly PlannedField<RowData>[],
  catalogue: Pick<Catalogue, 'location'>,
): RunContext {
  const { options } = record;
  const zones = new Map<string, string>();
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
    zoneOf: (code) => options.timeZone ?? zones.get(code ?? '') ?? 'UTC',
    async prepare(rows) {
      if (!needsZones || location === undefined) return;
      for (const row of rows) {
        const code = row instanceof RecordFault ? undefined : location.read(row);
        if (typeof code !== 'string' || zones.has(code)) continue;
        zones.set(code, (await catalogue.location(code))?.timeZone ?? 'UTC');
      }
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
