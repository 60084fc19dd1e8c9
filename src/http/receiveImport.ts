// From an upload to a queued import, once for one Idempotency-Key: the import, its event and its kept answer commit
// together, and an upload that lost the race leaves nothing.
import { createHash } from 'node:crypto';
import {
  type ImportFormat,
  type ImportOptions,
  type ImportRecord,
  importEvent,
  showImport,
} from '../domain/import.ts';
import type { ImportType } from '../domain/importFields.ts';
import { Problem } from '../domain/problem.ts';
import { newId } from '../newId.ts';
import { insertEvents } from '../queries/events.ts';
import { ANSWER_TAKEN, answerName, findAnswers, saveAnswers } from '../queries/idempotency.ts';
import { insertReceiving, queueImport } from '../queries/imports.ts';
import { violatedConstraint } from '../queries/pgError.ts';
import type { Tx } from '../queries/transaction.ts';
import type { Deps } from './deps.ts';
import { versionTag } from './etag.ts';
import { replayHeaders } from './idempotency.ts';
import type { Call, IdempotentRequest, Reply } from './route.ts';
import { discardUpload, receiveUpload, UPLOAD_LEASE_SECONDS } from './upload.ts';

export type ImportRequest = { type: ImportType; format: ImportFormat; options: ImportOptions };

const STATUS = 202;

/** Receives the body and queues it: 202. The same Idempotency-Key again: the first answer, and no second import. */
export async function receiveImport(call: Call, deps: Deps, request: ImportRequest): Promise<Reply> {
  const { database, feed } = deps;
  const once = call.idempotency === null ? null : withHeaders(call, call.idempotency);
  const kept = await keptAnswer(database, once);
  if (kept !== null) return kept;

  const id = newId('imp', call.now);
  const made = { id, ...request, keyId: call.caller.keyId, now: call.now };
  await insertReceiving(database, made, UPLOAD_LEASE_SECONDS);
  try {
    const { gzipped } = await receiveUpload(database, {
      importId: id,
      stream: call.stream,
      contentEncoding: call.header('content-encoding'),
      signal: call.signal,
    });
    const record = await database.retried((tx) => queue(tx, { id, gzipped, now: deps.now() }, once));
    feed.wake();
    return replyOf(record);
  } catch (error) {
    await discardUpload(database, id);
    if (violatedConstraint(error) !== ANSWER_TAKEN) throw error;
    const first = await keptAnswer(database, once);
    if (first === null) throw error;
    return first;
  }
}

async function queue(
  tx: Tx,
  upload: { id: string; gzipped: boolean; now: Date },
  once: IdempotentRequest | null,
): Promise<ImportRecord> {
  const record = await queueImport(tx, upload.id, upload.gzipped);
  if (record === null) throw new Problem('request-timeout', 'The upload stood still for too long.');
  await insertEvents(tx, [importEvent('import.queued', record, upload.now)]);
  if (once !== null) {
    const response = Buffer.from(JSON.stringify(showImport(record)));
    await saveAnswers(tx, [{ ...once, status: STATUS, response }]);
  }
  return record;
}

/** The body is not read before it is kept, so it is told apart by its headers: type, encoding, length. */
function withHeaders(call: Call, request: IdempotentRequest): IdempotentRequest {
  const told = ['content-type', 'content-encoding', 'content-length'].map((name) => call.header(name) ?? '');
  const requestHash = createHash('sha256').update(request.requestHash).update(told.join('\n')).digest();
  return { ...request, requestHash };
}

async function keptAnswer(tx: Tx, once: IdempotentRequest | null): Promise<Reply | null> {
  if (once === null) return null;
  const kept = (await findAnswers(tx, [once])).get(answerName(once));
  if (kept === undefined) return null;
  if (!kept.requestHash.equals(once.requestHash)) {
    const detail = 'This Idempotency-Key was used with another request; a new request needs a new key.';
    throw new Problem('idempotency-key-reused', detail);
  }
  const json = kept.response.toString();
  const { id }: { id: string } = JSON.parse(json);
  return { status: kept.status, json, headers: { Location: `/v1/imports/${id}`, ...replayHeaders } };
}

function replyOf(record: ImportRecord): Reply {
  return {
    status: STATUS,
    body: showImport(record),
    headers: { Location: `/v1/imports/${record.id}` },
    etag: versionTag(record.version),
  };
}
