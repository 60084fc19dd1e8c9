// One event as a webhook, to an address of the developer's choice: signed as the server signs it, tried a few times.
// Unlike the server's own deliveries it keeps nothing, and local addresses are what it is for.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { messageOf, print, type Terminal, UsageError } from './command.ts';
import type { Event } from './events.ts';

export type Receiver = { url: string; signer: Webhook };

export type Delivery = {
  id: string;
  type: string;
  status: number;
  tries: number;
  milliseconds: number;
  error?: string;
};

const ANSWER_MILLISECONDS_MAX = 15_000;
/** A receiver that is being restarted in a terminal is back within this. */
const RETRY_MILLISECONDS = [500, 1_000, 2_000, 4_000];

/** Throws UsageError. Without a secret one is made for this run, and told. */
export function receiverOf(url: string, secret: string | undefined, { errorOutput }: Terminal): Receiver {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(`${url} is no address to send to: it looks like http://localhost:8080/hook.`);
  }
  const used = secret ?? `whsec_${randomBytes(24).toString('base64')}`;
  if (secret === undefined) errorOutput.write(`Signed with ${used}, made for this run.\n`);
  try {
    return { url, signer: new Webhook(used) };
  } catch {
    throw new UsageError('The secret is whsec_ and base64, as POST /v1/webhooks shows it.');
  }
}

/** The same bytes and id at each try. Delivered: any 2xx; redirects are not followed. Ends early with the signal. */
export async function deliver(
  event: Event,
  { url, signer }: Receiver,
  signal: AbortSignal,
): Promise<Delivery> {
  const startedAt = performance.now();
  const body = JSON.stringify(event);
  let last: { status: number; error?: string } = { status: 0 };
  let tries = 0;
  for (const pause of [...RETRY_MILLISECONDS, null]) {
    tries += 1;
    last = await post(url, body, headersOf(event.id, body, signer), signal);
    if (isDelivered(last) || signal.aborted || pause === null) break;
    await delay(pause, undefined, { signal }).catch(() => {});
  }
  return {
    id: event.id,
    type: event.type,
    ...last,
    tries,
    milliseconds: Math.round(performance.now() - startedAt),
  };
}

export function isDelivered({ status }: { status: number }): boolean {
  return status >= 200 && status < 300;
}

async function post(url: string, body: string, headers: Record<string, string>, signal: AbortSignal) {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS_MAX)]);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: limit });
    await answer.body?.cancel();
    return { status: answer.status };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { status: 0, error: messageOf(cause) };
  }
}

function headersOf(id: string, body: string, signer: Webhook): Record<string, string> {
  const now = new Date();
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Comptoir-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': signer.sign(id, now, body),
  };
}

export async function tellDelivery(
  delivery: Delivery,
  json: boolean | undefined,
  { output }: Terminal,
): Promise<void> {
  const { id, type, status, tries, milliseconds, error } = delivery;
  const how = status === 0 ? `no answer: ${error ?? 'unknown'}` : String(status);
  const times = tries === 1 ? '' : `, ${tries} tries`;
  const line = `${id}  ${type.padEnd(21)}  ${how}  (${milliseconds} ms${times})`;
  await print(output, `${json === true ? JSON.stringify(delivery) : line}\n`);
}
