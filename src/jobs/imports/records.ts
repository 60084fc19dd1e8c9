// Bytes into records: where one row of a file ends and the next begins, for lines and for CSV with quoted line breaks.
// One row that is broken costs one row: a quote that is never closed must not swallow the rest of the file.
// Knows bytes only, neither cells nor fields.
import { isUtf8 } from 'node:buffer';

/** Why a record is no row: a rule, in words. */
export class RecordFault {
  readonly code: string;
  readonly detail: string;

  constructor(code: string, detail: string) {
    this.code = code;
    this.detail = detail;
  }
}

/** A record without its line end. */
export type FileRecord = { bytes: Buffer; fault: RecordFault | null };

export type RecordRules = {
  /** Bytes that end a cell, before an opening quote; null: lines only, quotes mean nothing. */
  delimiters: readonly number[] | null;
  recordBytesMax: number;
};

const LF = 10;
const CR = 13;
const QUOTE = 34;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const SPACE = 32;
const TAB = 9;
/** What is kept of a record that is too long. */
const SHOWN_BYTES_MAX = 8_192;

const FAULTS = {
  'row-too-long': 'The row is longer than what one row may have.',
  'stray-quote': 'After the quote that closes a cell something else follows than the next cell.',
  'unclosed-quote': 'A quote is opened and never closed.',
  'invalid-utf8': 'The row is not valid UTF-8.',
  'null-character': 'The row holds the character U+0000, which cannot be kept.',
} as const;

type Fault = keyof typeof FAULTS;
/** Where a record ends, and what is wrong with it. */
type End = { at: number; fault: Fault | null };

/**
 * Cuts bytes into records, in order. Blank lines, and lines with nothing but empty cells, are no records.
 * Feed it with `push`, piece by piece, then `end`; what is not yet a whole record is kept for the next call, and that
 * is never more than `recordBytesMax` and one piece.
 */
export class RecordSplitter {
  readonly #rules: RecordRules;
  #rest: Buffer = Buffer.alloc(0);
  #isFirst = true;
  /** Inside a record that is too long and was given up: bytes are dropped up to its line's end. */
  #isDropping = false;

  constructor(rules: RecordRules) {
    this.#rules = rules;
  }

  /** Bytes kept for the next call. */
  get held(): number {
    return this.#rest.length;
  }

  push(piece: Buffer): FileRecord[] {
    return this.#cut(this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]), false);
  }

  end(): FileRecord[] {
    return this.#cut(this.#rest, true);
  }

  #cut(whole: Buffer, atEnd: boolean): FileRecord[] {
    const buffer = this.#withoutMark(whole, atEnd);
    const records: FileRecord[] = [];
    const quotes = new NextByte(buffer, QUOTE);
    let start = 0;
    while (start < buffer.length) {
      if (this.#isDropping) {
        const lineEnd = buffer.indexOf(LF, start);
        start = lineEnd === -1 ? buffer.length : lineEnd + 1;
        this.#isDropping = lineEnd === -1;
        continue;
      }
      const end = this.#endOf(buffer, start, atEnd, quotes);
      if (end === 'more') break;
      const record = this.#recordOf(buffer, start, end);
      if (record !== null) records.push(record);
      start = end.at + 1;
    }
    this.#rest = start >= buffer.length ? Buffer.alloc(0) : buffer.subarray(start);
    return records;
  }

  #withoutMark(buffer: Buffer, atEnd: boolean): Buffer {
    if (!this.#isFirst || (buffer.length < BOM.length && !atEnd)) return buffer;
    this.#isFirst = false;
    return buffer.subarray(0, BOM.length).equals(BOM) ? buffer.subarray(BOM.length) : buffer;
  }

  #endOf(buffer: Buffer, start: number, atEnd: boolean, quotes: NextByte): End | 'more' {
    const { delimiters, recordBytesMax } = this.#rules;
    const lineEnd = buffer.indexOf(LF, start);
    const lineStop = lineEnd === -1 ? buffer.length : lineEnd;
    if (lineStop - start > recordBytesMax) {
      this.#isDropping = lineEnd === -1;
      return { at: lineStop, fault: 'row-too-long' };
    }
    if (lineEnd === -1 && !atEnd) return 'more';
    // The usual row has no quote at all, and then its line is the record.
    if (delimiters === null || quotes.from(start) >= lineStop) return { at: lineStop, fault: null };
    const end = endOfQuoted(buffer, start, { atEnd, delimiters, recordBytesMax });
    // Where quoting went wrong, only the line on which the record began is given up: the next may well be sound.
    return end === 'more' || end.fault === null ? end : { at: lineStop, fault: end.fault };
  }

  #recordOf(buffer: Buffer, start: number, { at, fault }: End): FileRecord | null {
    const stop = at > start && buffer[at - 1] === CR ? at - 1 : at;
    const bytes = buffer.subarray(start, stop);
    if (fault === null && this.#isBlank(bytes)) return null;
    const found = fault ?? faultIn(bytes);
    if (found === null) return { bytes, fault: null };
    return { bytes: bytes.subarray(0, SHOWN_BYTES_MAX), fault: new RecordFault(found, FAULTS[found]) };
  }

  #isBlank(bytes: Buffer): boolean {
    for (const byte of bytes) {
      const isEmpty = byte === SPACE || byte === TAB || byte === CR;
      if (!isEmpty && this.#rules.delimiters?.includes(byte) !== true) return false;
    }
    return true;
  }
}

function faultIn(bytes: Buffer): Fault | null {
  if (!isUtf8(bytes)) return 'invalid-utf8';
  return bytes.includes(0) ? 'null-character' : null;
}

/** The place of a byte's next occurrence, looked for once however often it is asked for. */
class NextByte {
  readonly #buffer: Buffer;
  readonly #byte: number;
  #at = -1;

  constructor(buffer: Buffer, byte: number) {
    this.#buffer = buffer;
    this.#byte = byte;
  }

  from(start: number): number {
    if (this.#at < start) {
      const found = this.#buffer.indexOf(this.#byte, start);
      this.#at = found === -1 ? this.#buffer.length : found;
    }
    return this.#at;
  }
}

type QuotedRules = { atEnd: boolean; delimiters: readonly number[]; recordBytesMax: number };

/** The end of a record that has a quote somewhere: line breaks in quoted cells belong to it. */
function endOfQuoted(buffer: Buffer, start: number, rules: QuotedRules): End | 'more' {
  let at = start;
  let startsCell = true;
  while (at < buffer.length) {
    const byte = buffer[at];
    if (byte === LF) return { at, fault: null };
    if (byte === QUOTE && startsCell) {
      const closed = endOfCell(buffer, at, start, rules);
      if (typeof closed !== 'number') return closed;
      at = closed;
      startsCell = false;
      continue;
    }
    startsCell = byte !== undefined && rules.delimiters.includes(byte);
    at += 1;
  }
  return rules.atEnd ? { at, fault: null } : 'more';
}

/** The place after the quote that closes the cell which opens at `open`, when what follows is a cell's end. */
function endOfCell(
  buffer: Buffer,
  open: number,
  recordStart: number,
  rules: QuotedRules,
): number | End | 'more' {
  let at = open + 1;
  for (;;) {
    const quote = buffer.indexOf(QUOTE, at);
    const stop = quote === -1 ? buffer.length : quote;
    if (stop - recordStart > rules.recordBytesMax) return { at: stop, fault: 'unclosed-quote' };
    if (quote === -1) return rules.atEnd ? { at: stop, fault: 'unclosed-quote' } : 'more';
    if (quote + 2 >= buffer.length && !rules.atEnd) return 'more';
    if (buffer[quote + 1] !== QUOTE) {
      return endsCell(buffer, quote + 1, rules) ? quote + 1 : { at: quote, fault: 'stray-quote' };
    }
    at = quote + 2;
  }
}

function endsCell(buffer: Buffer, at: number, { delimiters }: QuotedRules): boolean {
  const byte = buffer[at];
  if (byte === undefined || byte === LF) return true;
  if (byte === CR) return buffer[at + 1] === undefined || buffer[at + 1] === LF;
  return delimiters.includes(byte);
}
