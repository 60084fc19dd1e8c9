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
import {
  ANSWER_TAKEN,
  answerName,
  findAnswers,
  type StoredAnswer,
  saveAnswers,
} from '../queries/idempotency.ts';
import { insertReceiving, queueImport } from '../queries/imports.ts';
import { violatedConstraint } from '../queries/pgError.ts';
import type { Tx } from '../queries/transaction.ts';
import type { Deps } from './deps.ts';
import { versionTag } from './etag.ts';
import { replayHeaders } from './idempotency.ts';
import type { Call, IdempotentRequest, Reply } from './route.ts';
import {
  discardUpload,
  type Fingerprint,
  isSameUpload,
  receiveUpload,
  UPLOAD_LEASE_SECONDS,
} from './upload.ts';

export type ImportRequest = { type: ImportType; format: ImportFormat; options: ImportOptions };

const STATUS = 202;

const HASH_BYTES = 32;

/**
 * Receives the body and queues it: 202. The same Idempotency-Key and file again: the first answer, and no second
 * import. Throws `idempotency-key-reused` when the file or anything else is another.
 */
export async function receiveImport(call: Call, deps: Deps, request: ImportRequest): Promise<Reply> {
  const { database, feed } = deps;
  const once = call.idempotency === null ? null : withHeaders(call, call.idempotency);
  const kept = await findKept(database, once);
  if (kept !== null && once !== null) return repeated(kept, once, (first) => isSameUpload(call, first));

  const id = newId('imp', call.now);
  const made = { id, ...request, keyId: call.caller.keyId, now: call.now };
  await insertReceiving(database, made, UPLOAD_LEASE_SECONDS);
  let received: Fingerprint | null = null;
  try {
    const { gzipped, fingerprint } = await receiveUpload(database, {
      importId: id,
      stream: call.stream,
      contentEncoding: call.header('content-encoding'),
      signal: call.signal,
    });
    received = fingerprint;
    const upload = { id, gzipped, fingerprint, now: deps.now() };
    const record = await database.retried((tx) => queue(tx, upload, once));
    feed.wake();
    return replyOf(record);
  } catch (error) {
    await discardUpload(database, id);
    if (violatedConstraint(error) !== ANSWER_TAKEN) throw error;
    const first = await findKept(database, once);
    if (first === null || once === null) throw error;
    return repeated(first, once, async ({ sha256 }) => received?.sha256.equals(sha256) === true);
  }
}

async function queue(
  tx: Tx,
  upload: { id: string; gzipped: boolean; fingerprint: Fingerprint; now: Date },
  once: IdempotentRequest | null,
): Promise<ImportRecord> {
  const record = await queueImport(tx, upload.id, upload.gzipped);
  if (record === null) throw new Problem('request-timeout', 'The upload stood still for too long.');
  await insertEvents(tx, [importEvent('import.queued', record, upload.now)]);
  if (once !== null) {
    const response = Buffer.from(JSON.stringify(showImport(record)));
    const requestHash = withFile(once, upload.fingerprint);
    await saveAnswers(tx, [{ ...once, requestHash, status: STATUS, response }]);
  }
  return record;
}

/** What is known of the request before its body is read: the headers that say what the body is belong to it. */
function withHeaders(call: Call, request: IdempotentRequest): IdempotentRequest {
  const told = ['content-type', 'content-encoding'].map((name) => call.header(name) ?? '');
  const requestHash = createHash('sha256').update(request.requestHash).update(told.join('\n')).digest();
  return { ...request, requestHash };
}

/**
 * What is kept of the request: its own hash, its file's, and the file's length, one after the other, so that a repeat
 * can be compared with the first part before its file is read, and need not be read further than the first file.
 */
function withFile(once: IdempotentRequest, { sha256, bytes }: Fingerprint): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes));
  return Buffer.concat([once.requestHash, sha256, length]);
}

function fileOf(requestHash: Buffer): Fingerprint {
  const sha256 = requestHash.subarray(HASH_BYTES, 2 * HASH_BYTES);
  return { sha256, bytes: Number(requestHash.readBigUInt64BE(2 * HASH_BYTES)) };
}

async function findKept(tx: Tx, once: IdempotentRequest | null): Promise<StoredAnswer | null> {
  if (once === null) return null;
  return (await findAnswers(tx, [once])).get(answerName(once)) ?? null;
}

/** The first answer again, if this is the first request again. */
async function repeated(
  kept: StoredAnswer,
  once: IdempotentRequest,
  isSameFile: (first: Fingerprint) => Promise<boolean>,
): Promise<Reply> {
  // Another route's answer under this key is shorter, and another request's.
  const isWhole = kept.requestHash.length > 2 * HASH_BYTES;
  const isSame = isWhole && kept.requestHash.subarray(0, HASH_BYTES).equals(once.requestHash);
  if (!isSame || !(await isSameFile(fileOf(kept.requestHash)))) {
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
