// The one line that every request leaves in the log when it ends. Owns its fields; the log's form is log.ts's and pino's.
import pino, { type DestinationStream, type Logger } from 'pino';

export type RequestLine = {
  requestId: string;
  /** `GET /v1/items/{sku}`, never the URL, which may hold personal data. */
  route: string;
  status: number;
  ms: number;
  keyId: string | undefined;
  /** The code of the problem that it was answered with. */
  problem: string | undefined;
};

/**
 * What `log.info(line, 'request')` writes, put together here: 0.4 µs instead of 4, and of a server that answers from memory
 * the log was a sixth. The fields are words of this program and ids, which have nothing to redact or escape.
 */
export function logRequest(log: Logger, line: RequestLine): void {
  if (!log.isLevelEnabled('info')) return;
  const { requestId, route, status, ms, keyId, problem } = line;
  const stamp: () => string = Reflect.get(log, pino.symbols.timeSym);
  let text = `{"level":"info"${stamp()},"requestId":"${requestId}","route":"${route}","status":${status},"ms":${ms}`;
  if (keyId !== undefined) text += `,"keyId":"${keyId}"`;
  if (problem !== undefined) text += `,"problem":"${problem}"`;
  const stream: DestinationStream = Reflect.get(log, pino.symbols.streamSym);
  stream.write(`${text},"msg":"request"}\n`);
}
