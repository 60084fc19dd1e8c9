// Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body, one for each secret that is good now.
// Node's own HMAC: the reference library's, in JavaScript, takes some ten times as long. Tests check with that library.
import { createHmac } from 'node:crypto';

/** The three headers. The same event has the same id at each try; the time is the try's. */
export function signedHeaders(
  id: string,
  body: string,
  at: Date,
  secrets: readonly Buffer[],
): Record<string, string> {
  const seconds = Math.floor(at.getTime() / 1_000);
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}
