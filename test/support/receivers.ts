// Owns receivers of webhooks for tests: real HTTP servers on free ports that check signatures with the unmodified
// Standard Webhooks library, remember what came, and answer as they are told.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export type Received = { id: string; body: string; headers: Record<string, string>; at: number };

export type Receiver = {
  url: string;
  /** What came with a good signature, whatever was answered. */
  received: Received[];
  /** All requests. */
  hits: number;
  /** Of these, those whose signature is wrong or too old. */
  forged: number;
  /** Set once it is known. */
  secrets: string[];
  /** What it answers from now on: a status, or what to do. */
  answer: number | ((request: Received, response: ServerResponse) => void);
  close(): Promise<void>;
};

export async function startReceiver(answer: Receiver['answer'] = 204): Promise<Receiver> {
  const server = createServer((request, response) => void take(receiver, request, response));
  const receiver: Receiver = {
    ...{ url: '', received: [], hits: 0, forged: 0, secrets: [], answer },
    close: () => close(server),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  receiver.url = `http://127.0.0.1:${isPort(address) ? address.port : 0}/hook`;
  return receiver;
}

async function take(receiver: Receiver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const received = { id: headers['webhook-id'] ?? '', body, headers, at };
  receiver.hits += 1;
  if (isSigned(receiver, received)) receiver.received.push(received);
  else receiver.forged += 1;
  const { answer } = receiver;
  if (typeof answer === 'number') response.writeHead(answer).end();
  else answer(received, response);
}

/** True when the library accepts it with every secret that the receiver has. */
function isSigned({ secrets }: Receiver, { body, headers }: Received): boolean {
  try {
    for (const secret of secrets) new Webhook(secret).verify(body, headers);
    return secrets.length > 0;
  } catch {
    return false;
  }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function isPort(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
