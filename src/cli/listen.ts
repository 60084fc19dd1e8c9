// `comptoir listen`: the feed as it happens, over the socket that tablets use. Resumes by cursor when it was cut off.
import { io, type Socket } from 'socket.io-client';
import {
  type Command,
  Failure,
  OK,
  onlyWords,
  readWords,
  SERVER_OPTIONS,
  SERVER_USAGE,
  type Terminal,
} from './command.ts';
import {
  type Event,
  FILTER_OPTIONS,
  FILTER_USAGE,
  type Filter,
  filterOf,
  goOn,
  parseEvent,
  show,
} from './events.ts';
import { type Server, serverOf } from './server.ts';

const USAGE = `Usage: npm run comptoir -- listen [options]

Prints events as they happen (Socket.IO /live) until ^C, then the cursor to go on from. When the connection is lost it
comes back by itself and goes on where it was, without a gap or a repeat.

${FILTER_USAGE}
${SERVER_USAGE}
  --json          one event a line, as the API gives it`;

type At = { cursor: string };
type ServerMessages = {
  event(event: unknown): void;
  ready(at: At): void;
  cursor(at: At): void;
  reset(at: At): void;
};
type ClientMessages = {
  subscribe(request: object, done: (answer: { ok?: boolean; detail?: string }) => void): void;
};
type LiveSocket = Socket<ServerMessages, ClientMessages>;

export const listen: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, { ...SERVER_OPTIONS, ...FILTER_OPTIONS });
    onlyWords(positionals);
    const server = await serverOf(values, terminal);
    const place = { cursor: values.after ?? null };
    const socket: LiveSocket = io(new URL('/live', server.url).href, {
      // Asked anew at each connection: the place is where it was when the last one ended.
      auth: (give) => give({ token: server.key, ...(place.cursor === null ? {} : { after: place.cursor }) }),
      autoConnect: false,
    });
    try {
      await follow(socket, { server, filter: filterOf(values), place, json: values.json }, terminal);
    } finally {
      socket.disconnect();
      goOn(place.cursor, terminal);
    }
    return OK;
  },
};

type Following = {
  server: Server;
  filter: Filter;
  place: { cursor: string | null };
  json: boolean | undefined;
};

/** Resolves when it is interrupted; rejects when the server refuses, or was not there to begin with. */
function follow(
  socket: LiveSocket,
  { server, filter, place, json }: Following,
  terminal: Terminal,
): Promise<void> {
  const tell = (text: string) => terminal.errorOutput.write(`${text}\n`);
  const signal = terminal.untilInterrupted();
  const printer = printerOf(socket, { json, signal }, terminal);
  return new Promise((resolve, reject) => {
    let wasConnected = false;
    signal.addEventListener('abort', () => resolve());
    socket.on('connect', () => {
      wasConnected = true;
      const { types, locations } = filter;
      const wanted = { ...(types && { types }), ...(locations && { locations }) };
      socket.emit('subscribe', wanted, ({ ok, detail }) => {
        if (ok !== true) reject(new Failure(detail ?? 'The server refuses the subscription.'));
        else if (printer.pauses === 0) tell(`Listening to ${server.url}. ^C ends it.`);
      });
    });
    socket.on('connect_error', (error) => {
      if (socket.active && wasConnected) return;
      const problem = 'data' in error ? detailOf(error.data) : undefined;
      reject(
        new Failure(problem ?? `${server.url} does not answer: ${error.message}. Is it running (npm start)?`),
      );
    });
    socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      if (socket.active) tell(`The connection is lost (${reason}); it is tried again.`);
      else if (!signal.aborted)
        reject(new Failure('The server ended the connection: the key may have been revoked.'));
    });
    socket.on('event', (sent) => {
      const event = parseEvent(sent);
      place.cursor = event.cursor;
      printer.print(event).catch(reject);
    });
    socket.on('reset', ({ cursor }) => {
      tell(
        'Events were missed for good: the cursor is too old, or the database was restored. Going on from now.',
      );
      place.cursor = cursor;
    });
    const move = ({ cursor }: At) => {
      place.cursor = cursor;
    };
    socket.on('ready', move);
    socket.on('cursor', move);
    socket.connect();
  });
}

/** Of so many events that were heard and are not taken yet by whoever reads the output the line is put down. */
const WAITING_MAX = 500;

/** Prints one after the other. A slow reader's events wait at the server, and are asked for by cursor again. */
function printerOf(
  socket: LiveSocket,
  { json, signal }: { json: boolean | undefined; signal: AbortSignal },
  terminal: Terminal,
) {
  let waiting = 0;
  let isPaused = false;
  let last = Promise.resolve();
  const printer = {
    /** How often the line was put down. */
    pauses: 0,
    print(event: Event): Promise<void> {
      waiting += 1;
      if (waiting === WAITING_MAX) {
        printer.pauses += 1;
        isPaused = true;
        socket.disconnect();
      }
      last = last.then(async () => {
        await show(event, json, terminal);
        waiting -= 1;
        if (waiting > 0 || !isPaused || signal.aborted) return;
        isPaused = false;
        socket.connect();
      });
      return last;
    },
  };
  return printer;
}

function detailOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('detail' in data)) return undefined;
  return String(data.detail);
}
