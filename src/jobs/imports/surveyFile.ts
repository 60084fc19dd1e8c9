// Reads a file through once before its first row is applied: how many rows it has, whether it can be read at all,
// whether it is the same as the last one. Applies nothing.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical.ts';
import type { ImportRecord, ImportSurvey } from '../../domain/import.ts';
import { lastLevelsBefore } from '../../queries/imports.ts';
import type { Tx } from '../../queries/transaction.ts';
import { bodyOf } from './body.ts';
import { planOf } from './readRows.ts';
import { openFile } from './rows.ts';

/** Throws UnusableFile, before anything is applied, for a file that cannot be used; the signal's reason when aborted. */
export async function surveyFile(
  database: Tx,
  record: ImportRecord,
  signal: AbortSignal,
): Promise<{ survey: ImportSurvey; rowsTotal: number }> {
  const content = createHash('sha256');
  const file = await openFile(hashed(bodyOf(database, record), content, signal), {
    format: record.format,
    ...record.options,
  });
  planOf(record, file);
  let rowsTotal = 0;
  for await (const records of file.records) rowsTotal += records.length;
  const contentHash = content.digest('hex');
  return { survey: await datedSurvey(database, record, contentHash), rowsTotal };
}

/**
 * A level without a time was counted when its file was sent. The same file, sent again right after, was counted when
 * it was first sent: so it changes nothing, whatever moved in between, and can finish what the first try could not.
 */
async function datedSurvey(database: Tx, record: ImportRecord, contentHash: string): Promise<ImportSurvey> {
  const survey = { contentHash, asOf: record.createdAt.toISOString(), repeats: null };
  if (record.type !== 'levels' || record.options.dryRun) return survey;
  const last = await lastLevelsBefore(database, record);
  if (last === null || last.survey === null) return survey;
  const isSame =
    last.survey.contentHash === contentHash &&
    last.format === record.format &&
    canonicalJson(last.options) === canonicalJson(record.options);
  return isSame ? { contentHash, asOf: last.survey.asOf, repeats: last.id } : survey;
}

async function* hashed(
  bytes: AsyncIterable<Buffer>,
  content: ReturnType<typeof createHash>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  for await (const piece of bytes) {
    signal.throwIfAborted();
    content.update(piece);
    yield piece;
  }
}
