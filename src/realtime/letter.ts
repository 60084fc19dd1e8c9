// Events on their way to sockets: several in one text and in one write, encoded once for all who receive them.
// Knows the wire (Socket.IO 5 on Engine.IO 4); knows no session and no filter.
import type { FeedEvent } from '../domain/feedEvent.ts';
import type { Position } from '../domain/feedPosition.ts';
import { type LiveSocket, NAMESPACE } from './protocol.ts';

/** What goes out to a socket at once. */
export type Letter = {
  /** Where a reader stands that has had nothing of it. */
  from: Position;
  /** Events in it. */
  count: number;
  /** Socket.IO packets, parted as Engine.IO's long polling parts them. */
  text: string;
  options: { compress: true; wsPreEncodedFrame: readonly [Buffer] };
};

/** Characters, more or less: what a socket is given before it is asked again whether it reads. */
const LETTER_CHARACTERS_MAX = 65_536;
/** Between two packets of one answer to a long poll; "4" opens each that is a message. JSON has no such character. */
const NEXT_MESSAGE = '\u001e4';

/**
 * The events in their order, in as few letters as they fit in.
 *
 * Socket.IO's own broadcast makes a packet, its announcements and the writes of a frame's two parts of each event for
 * each socket; a letter is one of each for all events that were read together. Bursts of 50 events to 1,000 sockets,
 * messages a second against a bare broadcast of the same (`npm run bench -- --only fan-out`): 3.8, with an eighth of the
 * processor time; sent event by event to 1,000 rooms of one socket each it was 0.63.
 */
export function lettersOf(events: readonly FeedEvent[]): Letter[] {
  const letters: Letter[] = [];
  let first: FeedEvent | undefined;
  let packets: string[] = [];
  let characters = 0;
  const close = () => {
    if (first !== undefined) letters.push(letterOf(first.positionBefore, packets));
    first = undefined;
    packets = [];
    characters = 0;
  };
  for (const event of events) {
    const packet = `2${NAMESPACE},["event",${event.json()}]`;
    first ??= event;
    packets.push(packet);
    characters += packet.length;
    if (characters >= LETTER_CHARACTERS_MAX) close();
  }
  close();
  return letters;
}

/** To be called in the order in which the socket is to hear, between its other messages. */
export function post(letter: Letter, socket: LiveSocket): void {
  socket.conn.write(letter.text, letter.options);
}

function letterOf(from: Position, packets: readonly string[]): Letter {
  return {
    from,
    count: packets.length,
    text: packets.join(NEXT_MESSAGE),
    // What Socket.IO's own broadcast hands to Engine.IO too, which writes it as it is (frames are not compressed). A
    // connection that polls, or is about to become a WebSocket, takes the text.
    options: { compress: true, wsPreEncodedFrame: [framesOf(packets)] },
  };
}

const TEXT_FRAME = 0x81;
const MESSAGE = 0x34;

/** One WebSocket text frame each, one after another: unmasked, whole, as a server sends them (RFC 6455, 5.2). */
function framesOf(packets: readonly string[]): Buffer {
  const lengths = packets.map((packet) => Buffer.byteLength(packet) + 1);
  const all = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headLength(length) + length, 0));
  let at = 0;
  for (const [n, packet] of packets.entries()) {
    at = writeHead(all, at, lengths[n] ?? 0);
    all[at] = MESSAGE;
    at += 1 + all.write(packet, at + 1);
  }
  return all;
}

function headLength(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

function writeHead(all: Buffer, at: number, length: number): number {
  all[at] = TEXT_FRAME;
  const size = headLength(length);
  if (size === 2) all[at + 1] = length;
  else if (size === 4) {
    all[at + 1] = 126;
    all.writeUInt16BE(length, at + 2);
  } else {
    all[at + 1] = 127;
    all.writeBigUInt64BE(BigInt(length), at + 2);
  }
  return at + size;
}
