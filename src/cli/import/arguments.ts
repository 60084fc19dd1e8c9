// The words of `comptoir import`: which there are, what they mean, what is missing. Reads no file and no environment.
import { DELIMITER_NAMES, DELIMITERS, type Delimiter } from '../../domain/import.ts';
import { IMPORT_TYPES } from '../../domain/importFields.ts';
import { readWords, UsageError } from '../command.ts';

export const USAGE = `Usage: npm run comptoir -- import --type TYPE [options] FILE
       npm run import -- --type TYPE [options] FILE

  FILE                    CSV or NDJSON, plain or gzip; - reads standard input
  --type TYPE             ${IMPORT_TYPES.join(', ')}
  --map FIELD:COLUMN,…    where our fields come from; may be given several times (see POST /v1/imports in /docs)
  --source NAME           who reports, for movements, counts and levels
  --negative RULE         what a movement below zero is: adjustment, or sale:return,receipt:adjustment
  --time-zone ZONE        of local times; for locations, their own zone
  --dates ORDER           ymd, dmy or mdy
  --decimal SIGN          point or comma
  --delimiter CHARACTER   found out unless given: , ; | tab
  --list-separator CHAR   between the barcodes in one cell, | unless given
  --no-header             the first row is data; columns are 1, 2, …
  --format FORMAT         csv or ndjson, where the file's name does not say it
  --dry-run               read and check only
  --join FILE             adds the columns of a second file to each row (it is held in memory)
  --on COLUMN=COLUMN      for --join: the column of FILE and the one of the second file that must be equal
  --join-columns A,B,…    for --join: names of the second file's columns, where it has no header
  --join-delimiter CHAR   for --join: found out from the second file's first row unless given
  --url URL               the server; COMPTOIR_URL, or this machine's
  --key KEY               COMPTOIR_KEY, or the admin key in the data directory
  --errors FILE           writes the rejected rows there, with reasons
  --strict                rejected rows are a failure: exit code 1`;

export type Join = {
  file: string;
  column: string;
  theirColumn: string;
  /** Null: the second file has a header. */
  columns: string[] | null;
  delimiter: Delimiter | null;
};

export type Arguments = {
  file: string;
  /** The query of POST /v1/imports, as it is sent. */
  query: Record<string, string>;
  join: Join | null;
  url: string | null;
  key: string | null;
  errors: string | null;
  strict: boolean;
};

const OPTIONS = {
  type: { type: 'string' },
  map: { type: 'string', multiple: true },
  source: { type: 'string' },
  negative: { type: 'string' },
  'time-zone': { type: 'string' },
  dates: { type: 'string' },
  decimal: { type: 'string' },
  delimiter: { type: 'string' },
  'list-separator': { type: 'string' },
  'no-header': { type: 'boolean' },
  format: { type: 'string' },
  'dry-run': { type: 'boolean' },
  join: { type: 'string' },
  on: { type: 'string' },
  'join-columns': { type: 'string' },
  'join-delimiter': { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
  errors: { type: 'string' },
  strict: { type: 'boolean' },
} as const;

/** Throws UsageError. Values that only the server can judge (a map, a zone) are left to it. */
export function readArguments(words: readonly string[]): Arguments {
  const { values, positionals } = readWords(words, OPTIONS);
  const [file, ...more] = positionals;
  if (values.type === undefined) throw new UsageError('Say with --type what the rows are.');
  if (file === undefined || more.length > 0) throw new UsageError('Name one file, or - for standard input.');
  const query: Record<string, string | undefined> = {
    type: values.type,
    map: values.map?.join(','),
    source: values.source,
    negative: values.negative,
    timeZone: values['time-zone'],
    dates: values.dates,
    decimal: values.decimal,
    delimiter: values.delimiter === undefined ? undefined : delimiterName(values.delimiter),
    listSeparator: values['list-separator'],
    header: values['no-header'] ? 'false' : undefined,
    format: values.format,
    dryRun: values['dry-run'] ? 'true' : undefined,
  };
  return {
    file,
    query: Object.fromEntries(
      Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    join: readJoin(values),
    url: values.url ?? null,
    key: values.key ?? null,
    errors: values.errors ?? null,
    strict: values.strict === true,
  };
}

function delimiterName(text: string): Delimiter {
  const known = DELIMITER_NAMES.find((name) => text === name || text === DELIMITERS[name]);
  if (known !== undefined) return known;
  if (text === '\\t') return 'tab';
  throw new UsageError('The delimiter is one of , ; | tab.');
}

type JoinValues = {
  join?: string | undefined;
  on?: string | undefined;
  'join-columns'?: string | undefined;
  'join-delimiter'?: string | undefined;
};

function readJoin(values: JoinValues): Join | null {
  const { join, on, 'join-columns': columns, 'join-delimiter': delimiter } = values;
  if ([join, on, columns, delimiter].every((value) => value === undefined)) return null;
  const equals = on?.indexOf('=') ?? -1;
  if (join === undefined || on === undefined || equals < 1) {
    throw new UsageError('A join needs --join FILE and --on COLUMN=COLUMN.');
  }
  return {
    file: join,
    column: on.slice(0, equals).trim(),
    theirColumn: on.slice(equals + 1).trim(),
    columns: columns?.split(',').map((name) => name.trim()) ?? null,
    delimiter: delimiter === undefined ? null : delimiterName(delimiter),
  };
}
