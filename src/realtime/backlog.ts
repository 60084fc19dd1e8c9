// How many bytes wait in memory for one connection. Socket.IO buffers without a bound; this is where it gets one.
// Counts what Engine.IO has not yet handed to its transport, which takes the next load only when the last one is out.
import type { LiveSocket } from './protocol.ts';

/** A connection may carry several sockets, one after another or at once: what waits is counted once. */
const backlogs = new WeakMap<LiveSocket['conn'], Backlog>();

/** The backlog of a connection: the first call sets its bound. */
export function backlogOf(conn: LiveSocket['conn'], bytesMax: number): Backlog {
  const known = backlogs.get(conn);
  if (known !== undefined) return known;
  const backlog = new Backlog(conn, bytesMax);
  backlogs.set(conn, backlog);
  return backlog;
}

export class Backlog {
  readonly #conn: LiveSocket['conn'];
  readonly #bytesMax: number;
  #bytes = 0;
  #isClosed = false;

  constructor(conn: LiveSocket['conn'], bytesMax: number) {
    this.#conn = conn;
    this.#bytesMax = bytesMax;
    conn.on('packetCreate', ({ data }: { data?: unknown }) => {
      this.#bytes += typeof data === 'string' ? data.length : 0;
    });
    conn.on('flush', () => {
      this.#bytes = 0;
    });
    conn.once('close', () => {
      this.#isClosed = true;
    });
  }

  isFull(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  /** Resolves when nothing waits any more, or the connection has ended. */
  drained(): Promise<void> {
    if (this.#bytes === 0 || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#conn.off('drain', done);
        this.#conn.off('close', done);
        resolve();
      };
      this.#conn.on('drain', done);
      this.#conn.on('close', done);
    });
  }
}
