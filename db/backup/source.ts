// A backup's bytes, taken as lines and as rows. Knows what ends them, and nothing of what is in them.
import { createHash } from 'node:crypto';
import { cutOff, damaged } from './fault.ts';

export const NEWLINE = 0x0a;
/** COPY doubles a backslash in a value: no row looks like it. */
export const ROWS_END = Buffer.from('\\.\n');
const LINE_BYTES_MAX = 1_048_576;

/** The bytes as lines and as rows, whichever is asked for, with a sum of all that was handed out. */
export class Source {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #hash = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Buffer>) {
    this.#pieces = bytes[Symbol.asyncIterator]();
  }

  /** Of everything so far. */
  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  async line(): Promise<string> {
    let end = this.#rest.indexOf(NEWLINE);
    while (end === -1) {
      if (this.#rest.length > LINE_BYTES_MAX) throw damaged('a line has no end');
      await this.#more();
      end = this.#rest.indexOf(NEWLINE);
    }
    return this.#take(end + 1).toString('utf8');
  }

  /** Up to the line `\.`, which is taken too. COPY doubles a backslash in a value, so that no row looks like it. */
  async *rows(): AsyncGenerator<Buffer, void> {
    for (let isLineStart = true; ; ) {
      while (this.#rest.length < ROWS_END.length) await this.#more();
      const end = this.#endOfRows(isLineStart);
      // What may be the start of the last line is kept for the next look.
      const rows = this.#take(end ?? this.#rest.length - ROWS_END.length + 1);
      if (rows.length > 0) {
        isLineStart = rows.at(-1) === NEWLINE;
        yield rows;
      }
      if (end !== null) break;
      await this.#more();
    }
    this.#take(ROWS_END.length);
  }

  /** Throws unless nothing is left. */
  async end(): Promise<void> {
    const { done } = await this.#pieces.next();
    if (this.#rest.length > 0 || done !== true) throw damaged('something follows its end');
  }

  #endOfRows(isLineStart: boolean): number | null {
    for (let at = this.#rest.indexOf(ROWS_END); at !== -1; at = this.#rest.indexOf(ROWS_END, at + 1)) {
      if (at === 0 ? isLineStart : this.#rest[at - 1] === NEWLINE) return at;
    }
    return null;
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#hash.update(taken);
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#pieces.next();
    if (done === true) throw cutOff();
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
  }
}
