// One listener of a Socket.IO namespace over a bare WebSocket: what a crowd of a thousand needs, and no more, so that hearing
// costs little of the two cores that are shared with what speaks. Engine.IO 4, text frames, no compression.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export type EarOptions = {
  url: URL;
  namespace: string;
  auth: object;
  /** Sent once connected, as `subscribe`. */
  subscription: object;
  onEvent(text: string): void;
};

const HEAD_END = Buffer.from('\r\n\r\n');
const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;

export class Ear {
  readonly #socket: Socket;
  readonly #options: EarOptions;
  #rest: Buffer = Buffer.alloc(0);
  #isUpgraded = false;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  private constructor(socket: Socket, options: EarOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Resolves once the subscription is acknowledged. */
  static open(options: EarOptions): Promise<Ear> {
    const { hostname, port, host } = options.url;
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const ear = new Ear(socket, options);
    return new Promise((resolve, reject) => {
      ear.#resolve = () => resolve(ear);
      ear.#reject = reject;
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a socket')));
      socket.on('data', (chunk: Buffer) => ear.#take(chunk));
      socket.write(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
          `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
      );
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    let all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#isUpgraded) {
      const headEnd = all.indexOf(HEAD_END);
      if (headEnd !== -1) {
        const head = all.toString('latin1', 0, headEnd);
        if (!head.startsWith('HTTP/1.1 101')) this.#reject(new Error(`no WebSocket:\n${head}`));
        this.#isUpgraded = true;
        all = all.subarray(headEnd + HEAD_END.length);
      }
    }
    while (this.#isUpgraded) {
      const frame = frameIn(all);
      if (frame === null) break;
      this.#hear(all[0] ?? 0, all.subarray(frame.start, frame.end));
      all = all.subarray(frame.end);
    }
    this.#rest = all;
  }

  #hear(kind: number, payload: Buffer): void {
    if (kind === PING || kind === CLOSE) return;
    if (kind !== TEXT) throw new Error(`a frame of kind ${kind}`);
    const { namespace, auth, subscription, onEvent } = this.#options;
    const text = payload.toString();
    if (text.startsWith(`42${namespace},["event"`)) onEvent(text);
    else if (text === '2') this.#say('3');
    else if (text.startsWith('0{')) this.#say(`40${namespace},${JSON.stringify(auth)}`);
    else if (text.startsWith(`40${namespace},`)) {
      this.#say(`42${namespace},0${JSON.stringify(['subscribe', subscription])}`);
    } else if (text.startsWith(`43${namespace},0[{"ok":true`)) this.#resolve();
    else if (text.startsWith('43') || text.startsWith('44')) this.#reject(new Error(text));
  }

  /** Clients mask what they send; with zeros, which leave it as it is. */
  #say(text: string): void {
    const payload = Buffer.from(text);
    const length = payload.length;
    const head = length < 126 ? [TEXT, 0x80 | length] : [TEXT, 0x80 | 126, length >> 8, length & 0xff];
    this.#socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]));
  }
}

/** Where the payload of the first frame lies; null: it is not all there. */
function frameIn(bytes: Buffer): { start: number; end: number } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return bytes.length < start + length ? null : { start, end: start + length };
}
