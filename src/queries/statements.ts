// Several statements in one message to PostgreSQL, and one answer: its protocol runs them in order, and after one that
// fails none of the rest. Owns how that is said to the driver, which is how the driver's own cursors say it.
// Knows no transaction and no statement's meaning.
import pg from 'pg';

/** A statement with its values, encoded, and who waits for its rows. `name` must be unique to `text`. */
export type Statement = {
  name: string;
  text: string;
  values: readonly (string | Buffer | null)[];
  /** For `COPY table FROM STDIN`: its rows, which go with it. */
  lines?: string;
  /** What PostgreSQL must say that it did: it answers COMMIT with ROLLBACK, and no error, where something failed before. */
  done?: string;
  resolve(rows: Row[]): void;
  reject(error: unknown): void;
};

type Row = Record<string, unknown>;

/** Why a statement was not run: one before it in the same message failed, or the connection, which is the cause. */
export class NotRun extends Error {
  constructor(cause: unknown, why = 'a statement before it failed') {
    super(`Not run: ${why}`, { cause });
  }
}

type Column = { name: string; parse(text: string): unknown };

/** What is used of the driver's connection. */
type Wire = {
  stream: { cork(): void; uncork(): void };
  /** The text of each statement that PostgreSQL has parsed on this connection. */
  parsedStatements: Record<string, string>;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: Statement['values'] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: object): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sync(): void;
  on(event: 'parseComplete', listener: () => void): void;
  off(event: 'parseComplete', listener: () => void): void;
};

/** Handed to a client's `query`. The promise of each statement is settled, in order; nothing is thrown. */
export class Statements {
  /** Told the end, whatever it is. The client puts its time limit around it. */
  callback: (error: Error | null) => void;
  /** How long the client waits for the whole answer. */
  readonly query_timeout: number | undefined;
  readonly #statements: readonly Statement[];
  /** The one whose answer comes next. */
  #place = 0;
  #columns: readonly Column[] = [];
  #rows: Row[] = [];
  #isSent = false;
  #stopListening = () => {};

  constructor(statements: readonly Statement[], onEnd: () => void, milliseconds?: number) {
    this.#statements = statements;
    this.callback = onEnd;
    this.query_timeout = milliseconds;
  }

  submit(connection: object): void {
    // The types of the driver do not tell of it.
    const wire = connection as Wire;
    this.#isSent = true;
    const parsing = firstOfEachName(this.#statements).filter(
      ({ name }) => wire.parsedStatements[name] === undefined,
    );
    if (parsing.length > 0) this.#noteParsed(wire, parsing);
    // One write: each would be a system call, and wake the server for a part of it.
    wire.stream.cork();
    try {
      for (const statement of this.#statements) {
        const { name, text, values, lines } = statement;
        if (parsing.includes(statement)) wire.parse({ name, text });
        wire.bind({ statement: name, values });
        wire.describe({ type: 'P', name: '' });
        wire.execute({});
        if (lines === undefined) continue;
        wire.sendCopyFromChunk(Buffer.from(lines));
        wire.endCopyFrom();
      }
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  }

  /** COPY asks for its lines, which are there by then; where it fails, PostgreSQL skips them with all up to Sync. */
  handleCopyInResponse(): void {}

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: pg.types.getTypeParser(dataTypeID, 'text'),
    }));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const row: Row = {};
    for (const [place, { name, parse }] of this.#columns.entries()) {
      const text = fields[place] ?? null;
      row[name] = text === null ? null : parse(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const statement = this.#statements[this.#place];
    if (statement?.done === undefined || statement.done === text) statement?.resolve(this.#rows);
    else statement.reject(new NotRun(new Error(`PostgreSQL answered ${statement.name} with ${text}`)));
    this.#place += 1;
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.#stopListening();
    this.callback(null);
  }

  /**
   * PostgreSQL's own word is of one statement and says that none after it was run; without a word, nobody knows, unless
   * nothing was sent: the connection had ended before.
   */
  handleError(error: Error): void {
    this.#stopListening();
    const [failed, ...rest] = this.#statements.slice(this.#place);
    this.#place = this.#statements.length;
    if (!this.#isSent) {
      for (const { reject } of this.#statements) reject(new NotRun(error, 'it was not sent'));
      this.callback(error);
      return;
    }
    const isToldBy = error instanceof pg.DatabaseError;
    // The driver's stack leads to its socket: the name says where to look.
    failed?.reject(isToldBy ? Object.assign(error, { statement: failed.name }) : error);
    const others = isToldBy ? new NotRun(error) : error;
    for (const { reject } of rest) reject(others);
    this.callback(error);
  }

  /** What is parsed stays so, also where a statement after it, or its own run, fails. */
  #noteParsed(wire: Wire, parsing: readonly Statement[]): void {
    let place = 0;
    const note = () => {
      const { name, text } = parsing[place++] ?? {};
      if (name !== undefined && text !== undefined) wire.parsedStatements[name] = text;
    };
    wire.on('parseComplete', note);
    this.#stopListening = () => wire.off('parseComplete', note);
  }
}

function firstOfEachName(statements: readonly Statement[]): Statement[] {
  const names = new Set<string>();
  return statements.filter(({ name }) => names.size < names.add(name).size);
}
