// A request's JSON body: read within its limits, well-formed, and fit for PostgreSQL before any schema sees it.
// Knows no schema.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { invalid, Problem } from '../domain/problem.ts';

/** A body that stops coming holds a connection: after this long it is refused. */
const BODY_MILLISECONDS_MAX = 30_000;
/** What is left of a refused body is read and thrown away up to here, so that the refusal reaches the sender. */
const DISCARDED_BYTES_MAX = 64 * 1_048_576;
const NESTING_MAX = 32;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** The client went away before its body was there: nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * The body as a JSON value; no body is the same as `{}`. Throws `unsupported-media-type`, `body-too-large`,
 * `request-timeout`, `malformed-body`, or `invalid-request` for text that PostgreSQL cannot keep.
 */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  if (!hasBody(request)) return {};
  checkType(request);
  const bytes = await readBytes(request, bytesMax);
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes)) throw new Problem('malformed-body', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed-body', `The body is not valid JSON${where(error)}.`);
  }
  // Only an escape can smuggle in NUL or half a surrogate pair, and only these bodies pay for a closer look.
  inspect(value, '', 0, text.includes('\\u') || text.includes('__proto__'));
  return value;
}

/** 415 unless the body's type is one of `types` (lower case, without parameters). For routes that stream it. */
export function checkStreamType(request: IncomingMessage, types: readonly string[]): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (types.includes(type)) return;
  throw new Problem('unsupported-media-type', `Send one of ${types.join(', ')} as Content-Type.`);
}

function checkType(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    throw new Problem('unsupported-media-type', 'Send the body without Content-Encoding.');
  }
  const type = request.headers['content-type'];
  if (type === 'application/json') return;
  if (type === undefined || !JSON_TYPE.test(type)) {
    throw new Problem('unsupported-media-type', 'Send the body as Content-Type: application/json.');
  }
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new Problem('unsupported-media-type', 'Send the body in UTF-8.');
  }
}

function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
      reject(tooLarge(bytesMax));
      return;
    }
    // It left while its key was looked up: nothing more is told of it.
    if (request.destroyed) {
      reject(new ClientGone());
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => {
      finish(() => reject(new Problem('request-timeout', 'The body did not arrive within 30 seconds.')));
    }, BODY_MILLISECONDS_MAX);
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > bytesMax) finish(() => reject(tooLarge(bytesMax)));
    };
    const onEnd = () =>
      finish(() => resolve(chunks[1] === undefined ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)));
    const onGone = () => finish(() => reject(new ClientGone()));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      settle();
    };
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/** Lets a refused request's body run out, so that its sender reads the answer; cuts one that has no end. */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let length = 0;
  const timer = setTimeout(() => request.destroy(), BODY_MILLISECONDS_MAX).unref();
  request.on('error', () => {});
  request.on('close', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > DISCARDED_BYTES_MAX) request.destroy();
  });
  request.resume();
}

function tooLarge(bytesMax: number): Problem {
  return new Problem('body-too-large', `The body may have at most ${bytesMax} bytes.`, { bytesMax });
}

/** V8's own words end with a position, which helps, and quote the body, which a log must not hold. */
function where(error: unknown): string {
  const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? '' : `: see character ${position}`;
}

/** Refuses nesting that would exhaust a stack, and, where asked to look closely, text that cannot be kept. */
function inspect(value: unknown, pointer: string, depth: number, closely: boolean): void {
  if (typeof value === 'string') {
    if (closely) checkText(value, pointer);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth >= NESTING_MAX) {
    throw new Problem('malformed-body', `The body is nested more than ${NESTING_MAX} levels deep.`);
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++)
      inspect(value[i], closely ? `${pointer}/${i}` : '', depth + 1, closely);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    const at = closely ? `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
    if (closely) checkKey(key, pointer);
    inspect(member, at, depth + 1, closely);
  }
}

function checkKey(key: string, pointer: string): void {
  if (key === '__proto__')
    throw invalid(`${pointer}/__proto__`, 'unknown-field', 'There is no field `__proto__`.');
  checkText(key, pointer);
}

/** PostgreSQL refuses U+0000, and half a surrogate pair would silently become another character. */
export function checkText(text: string, pointer: string): void {
  if (text.includes('\0')) throw invalid(pointer, 'null-character', 'The character U+0000 cannot be kept.');
  if (!text.isWellFormed()) {
    throw invalid(
      pointer,
      'broken-unicode',
      'The text holds half a surrogate pair, which is not a character.',
    );
  }
}
