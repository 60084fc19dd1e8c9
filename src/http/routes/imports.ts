// Files of any size: sent, followed, cancelled, and the rows of them that could not be used.
// Checks and shows; what becomes of a row is the job's.
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { EXAMPLE_IMPORTS } from '../../domain/exampleIds.ts';
import { isId } from '../../domain/id.ts';
import {
  COLUMNS_MAX,
  IMPORT_STATUSES,
  type ImportRecord,
  importEvent,
  importSchema,
  ROW_BYTES_MAX,
  scopeForImport,
  showImport,
} from '../../domain/import.ts';
import { IMPORT_FIELDS, IMPORT_TYPES } from '../../domain/importFields.ts';
import type { Scope } from '../../domain/key.ts';
import { Problem } from '../../domain/problem.ts';
import { insertEvents } from '../../queries/events.ts';
import { listErrors } from '../../queries/importFiles.ts';
import { cancelImport, findImport, listImports, lockImport } from '../../queries/imports.ts';
import type { Tx } from '../../queries/transaction.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { requireMatch, versionTag } from '../etag.ts';
import { BODY_TYPES, formatOf, importQuery, optionsOf } from '../importQuery.ts';
import { receiveImport } from '../receiveImport.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';

const WRITERS: [Scope, ...Scope[]] = ['stock:write', 'catalogue:write'];
const READERS: [Scope, ...Scope[]] = [...WRITERS, 'stock:read', 'admin'];
const ERRORS_A_PAGE = 1_000;
const ERRORS_HEADER = 'row,code,pointer,detail,raw\n';

const params = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(64)
    .meta({ examples: ['imp_01JCK2V5Q0F3M6R9T1X4Z7B8C2'] }),
});

const fieldsInWords = IMPORT_TYPES.map((type) => {
  const fields = Object.keys(IMPORT_FIELDS[type]).map((field) => `\`${field}\``);
  return `- ${type}: ${fields.join(', ')}${type === 'items' ? ', `attributes.…`' : ''}`;
}).join('\n');

const postImport = route({
  method: 'POST',
  path: '/v1/imports',
  operationId: 'createImport',
  summary: 'Send a file',
  description: `CSV or NDJSON of any size, plain or gzip. The answer comes as soon as the file is received; the rows follow, and \`GET /v1/imports/{id}\` tells how far they are. One bad row does not spoil the others. The same file again changes nothing. A key’s imports run one after another, in the order in which they were sent.

**Map.** A field is read from the column of its own name (however it is written: \`eventId\`, \`event_id\`, \`Event ID\`) unless \`map\` says otherwise: \`field:column\`, with commas in between. In place of a column: \`=text\` is a constant, \`~{Store}-{Till}\` a template of columns, \`column[S=sale;R=return;*=adjustment]\` a table of the column's values (\`97*=…\`: those that begin so), and \`first|second\` the first that is not empty. Put names and texts that hold \`,\` \`|\` \`:\` \`[\` \`;\` \`]\` in single or double quotes.

${fieldsInWords}

**Values.** Times are RFC 3339, or local ones (\`2026-07-14 09:30\`, a date alone is its first instant); a local time that a clock change skips is the instant of the change, one that it repeats the first of the two. \`now\` is when the file was sent. Opening hours are JSON, or OpenStreetMap's text in \`openingHours.osm\`. Left out: \`kind\` is store, pickup is disabled, an English name alone is the French one too.

**Facts without an \`eventId\`** get one made from what they say; the n-th row of a file that says the very same is another fact. A level without \`countedAt\` was counted when its file was sent; the same file as the last time states nothing new.

**Limits.** ${ROW_BYTES_MAX} bytes a row, ${COLUMNS_MAX} columns, 2,147,483,647 rows, UTF-8, an hour of upload. With an \`Idempotency-Key\`, the same file may be sent again and is not imported again; another file under the same key is refused.`,
  tag: 'Imports',
  scopes: WRITERS,
  kinds: ['secret'],
  query: importQuery,
  streamsBody: true,
  bodyTypes: BODY_TYPES,
  responses: {
    202: {
      description: 'Received.',
      schema: importSchema,
      headers: {
        Location: 'The import.',
        'Idempotent-Replayed': '`true` for an answer that was given before.',
      },
    },
  },
  problems: [],
  idempotency: 'writer',
  cost: 10,
  examples: {
    items: {
      summary: 'Two items',
      query: { type: 'items' },
      body: 'sku,name.fr,price.amount,price.currency\nCADRE-CHENE-A4,"Cadre en chêne, A4",24.90,EUR\nCADRE-CHENE-A3,"Cadre en chêne, A3",34.90,EUR\n',
    },
  },
  async handler(call, deps) {
    const { type } = call.query;
    const scope = scopeForImport(type);
    if (!call.caller.scopes.has(scope)) {
      throw new Problem('forbidden', `An import of ${type} needs a key with the scope ${scope}.`);
    }
    return receiveImport(call, deps, {
      type,
      format: formatOf(call.query, call.header('content-type')),
      options: optionsOf(call.query, call.caller),
    });
  },
});

/** A key that is limited to locations sees its own imports only: others may hold other stores' rows. */
function visible(caller: Caller, record: ImportRecord | null): ImportRecord {
  const isTheirs = caller.locations === null || record?.keyId === caller.keyId;
  if (record === null || !isTheirs) throw new Problem('not-found', 'There is no such import.');
  return record;
}

const getImport = route({
  method: 'GET',
  path: '/v1/imports/{id}',
  operationId: 'getImport',
  summary: 'Follow an import',
  tag: 'Imports',
  scopes: READERS,
  kinds: ['secret'],
  params,
  responses: { 200: { description: 'The import as it is now.', schema: importSchema } },
  problems: ['not-found'],
  examples: { done: { summary: 'One with a row that was rejected', params: { id: EXAMPLE_IMPORTS.done } } },
  async handler(call) {
    const record = visible(call.caller, await find(call.tx, call.params.id));
    return { status: 200, body: showImport(record), etag: versionTag(record.version) };
  },
});

const getImports = route({
  method: 'GET',
  path: '/v1/imports',
  operationId: 'listImports',
  summary: 'List imports',
  description:
    'The last sent first; kept for 30 days after their end. A key limited to locations sees its own.',
  tag: 'Imports',
  scopes: READERS,
  kinds: ['secret'],
  query: z.strictObject({
    type: z.enum(IMPORT_TYPES).optional(),
    status: z.enum(IMPORT_STATUSES).optional(),
    ...page,
  }),
  responses: { 200: { description: 'A page of imports.', schema: listOf(importSchema) } },
  problems: ['invalid-cursor'],
  examples: { all: { summary: 'All of them' } },
  async handler(call) {
    const { type, status, limit, cursor } = call.query;
    const before = decodeCursor({ type, status }, cursor, z.string().max(64));
    const filter = {
      type: type ?? null,
      status: status ?? null,
      keyId: call.caller.locations === null ? null : call.caller.keyId,
    };
    const records = await listImports(call.tx, filter, { before, limit: limit + 1 });
    const last = records.length > limit ? records[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor({ type, status }, last.id);
    return { status: 200, body: { data: records.slice(0, limit).map(showImport), nextCursor } };
  },
});

const getErrors = route({
  method: 'GET',
  path: '/v1/imports/{id}/errors.csv',
  operationId: 'listImportErrors',
  summary: 'Read the rejected rows',
  description:
    'CSV with the columns `row` (1 is the first after the header), `code`, `pointer` (which of our fields), `detail` and `raw` (the row as it was sent, at most 8,192 characters). A cell that a spreadsheet would take for a formula gets an apostrophe in front.',
  tag: 'Imports',
  scopes: READERS,
  kinds: ['secret'],
  params,
  responses: {
    200: { description: 'The rejected rows, in order.', schema: z.string(), contentType: 'text/csv' },
  },
  problems: ['not-found'],
  cost: 5,
  examples: { done: { summary: 'A row without a name', params: { id: EXAMPLE_IMPORTS.done } } },
  async handler(call, { database }) {
    const { id } = visible(call.caller, await find(call.tx, call.params.id));
    return {
      status: 200,
      stream: Readable.from(errorsCsv(database, id)),
      headers: {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="${id}-errors.csv"`,
      },
    };
  },
});

async function* errorsCsv(database: Tx, importId: string): AsyncGenerator<string, void> {
  yield ERRORS_HEADER;
  for (let after = 0; ; ) {
    const rows = await listErrors(database, importId, { after, limit: ERRORS_A_PAGE });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield stringify(
      rows.map(({ row, code, pointer, detail, raw }) => [row, code, pointer, detail, raw]),
      { escape_formulas: true },
    );
    after = last.row;
  }
}

const postCancel = route({
  method: 'POST',
  path: '/v1/imports/{id}/cancel',
  operationId: 'cancelImport',
  summary: 'Cancel an import',
  description:
    'No further row is applied, but for the chunk in flight; what was applied stays. Cancelled again, it stays as it is.',
  tag: 'Imports',
  scopes: WRITERS,
  kinds: ['secret'],
  params,
  responses: { 200: { description: 'The import, cancelled.', schema: importSchema } },
  problems: ['not-found', 'import-finished', 'precondition-failed'],
  examples: {
    again: { summary: 'One that was called off before', params: { id: EXAMPLE_IMPORTS.cancelled } },
  },
  async handler(call) {
    const found = isId('imp', call.params.id) ? await lockImport(call.tx, call.params.id) : null;
    const record = visible(call.caller, found);
    const scope = scopeForImport(record.type);
    if (!call.caller.scopes.has(scope))
      throw new Problem('forbidden', `This needs a key with the scope ${scope}.`);
    requireMatch(call.header('if-match'), versionTag(record.version));
    if (record.status === 'cancelled') return shown(record);
    const cancelled = await cancelImport(call.tx, record.id, call.now);
    if (cancelled === null) {
      const detail = `The import has ${record.status}: there is nothing to cancel.`;
      throw new Problem('import-finished', detail, { importStatus: record.status });
    }
    await insertEvents(call.tx, [importEvent('import.cancelled', cancelled, call.now)]);
    return shown(cancelled);
  },
});

function shown(record: ImportRecord) {
  return { status: 200, body: showImport(record), etag: versionTag(record.version) };
}

async function find(tx: Tx, id: string): Promise<ImportRecord | null> {
  return isId('imp', id) ? findImport(tx, id) : null;
}

export const importRoutes: readonly AnyRoute[] = [postImport, getImport, getImports, getErrors, postCancel];
