// The HTTP server below Express: its limits in time and size, and refusals that never reach a route.
// Whatever cannot be parsed as HTTP gets a problem too.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode } from '../domain/problem.ts';
import { PROBLEM_TYPE, problemDocument, problemHeaders } from './problems.ts';
import { newRequestId, requestIdOf } from './requestId.ts';

const HEADER_BYTES_MAX = 16_384;
/** A connection on which nothing moves at all is closed; long polls answer well before. */
const SILENCE_MILLISECONDS_MAX = 120_000;

const OPTIONS: ServerOptions = {
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: 20_000,
  /** An import's upload may be long; a JSON body has 30 seconds of its own (body.ts). */
  requestTimeout: 3_600_000,
  /** Longer than the usual 60 s of a load balancer, so that it, not we, ends an idle connection. */
  keepAliveTimeout: 72_000,
  // Refused below, with a problem.
  requireHostHeader: false,
  noDelay: true,
};

/** A server that is not listening yet. */
export function makeServer(listener: RequestListener): Server {
  // HTTP/2 in clear is offered by some clients unasked, and declined by answering as ever: with sockets on this server,
  // Node would cut them instead. Before 24.9 it does not ask.
  const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean =>
    headers.upgrade?.toLowerCase() === 'websocket' && server.listenerCount('upgrade') > 0;
  const server: Server = createServer({ ...OPTIONS, shouldUpgradeCallback }, (request, response) => {
    // RFC 9112, 3.2: HTTP/1.1 without Host is a bad request.
    if (request.headers.host !== undefined || request.httpVersion !== '1.1') listener(request, response);
    else answer(request, response, new Problem('invalid-request', 'The request has no Host header.'));
  });
  server.timeout = SILENCE_MILLISECONDS_MAX;
  server.on('clientError', refuseRaw);
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    answer(
      request,
      response,
      new Problem('expectation-failed', 'The only expectation that is met is 100-continue.'),
    );
  });
  return server;
}

/** Listens; resolves with the port. Rejects when it is taken or not allowed. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Takes no new connection and closes those that do nothing; after `milliseconds` also those that still do. */
export function closeServer(server: Server, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    const cut = setTimeout(() => server.closeAllConnections(), milliseconds);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
}

/** Answers with a problem outside Express: while the process starts, and for what HTTP itself forbids. */
export function answer(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const requestId = requestIdOf(request.headers['x-request-id']);
  const body = JSON.stringify(problemDocument(problem, { path, requestId }));
  response.writeHead(problem.status, {
    ...problemHeaders(problem),
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    Connection: 'close',
  });
  response.end(body);
}

const REFUSALS: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'headers-too-large',
    `The request line and headers may have ${HEADER_BYTES_MAX} bytes.`,
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body-too-large', 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};

/** What the parser could not read: there is no request to answer, only a socket. */
function refuseRaw(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = REFUSALS[error.code ?? ''] ?? [
    'invalid-request',
    'This is not a well-formed HTTP request.',
  ];
  const problem = new Problem(code, detail);
  const requestId = newRequestId();
  const body = JSON.stringify(problemDocument(problem, { path: '/', requestId }));
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nX-Request-Id: ${requestId}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}
