// The smallest HTTP/1.1 client that is right for the benchmark: one request at a time on one kept connection, a request
// being ready bytes. It shares two cores with what it measures: node:http's agent costs about three times as much.
// Not for other servers: an answer must say its Content-Length, or have no body.
import { connect, type Socket } from 'node:net';

export type Answer = { status: number; body: Buffer };

const HEAD_END = Buffer.from('\r\n\r\n');
const NONE = Buffer.alloc(0);

export class Wire {
  readonly #socket: Socket;
  #rest: Buffer = NONE;
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static open({ hostname, port }: URL): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Wire(socket));
      });
    });
  }

  /** Rejects when the connection breaks. Not before the answer to the last one is there. */
  send(request: string | Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (typeof request === 'string') this.#socket.write(request, 'latin1');
      else this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const headEnd = all.indexOf(HEAD_END);
    if (headEnd === -1) {
      this.#rest = all;
      return;
    }
    const head = all.toString('latin1', 0, headEnd);
    const status = Number(head.slice(9, 12));
    const bodyStart = headEnd + HEAD_END.length;
    const bodyEnd = bodyStart + bodyLength(head, status);
    if (all.length < bodyEnd) {
      this.#rest = all;
      return;
    }
    this.#rest = NONE;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status, body: all.subarray(bodyStart, bodyEnd) });
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }
}

function bodyLength(head: string, status: number): number {
  if (status === 204 || status === 304) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`);
  return Number(length);
}
