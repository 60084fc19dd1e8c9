// Who follows the feed as a client should: keeps the cursor of what it handled last, comes back by itself when it was cut
// off, and goes on from there. Owns no assertion.
import { Agent } from 'node:http';
import { io } from 'socket.io-client';
import type { EventEnvelope } from '../../src/domain/event.ts';
import { eventually } from './eventually.ts';
import { exchange } from './exchange.ts';

export type Follower = { heard: EventEnvelope[]; close(): Promise<void> };

export type SocketFollower = Follower & {
  /** How often it was let in: once, and once more each time it came back. */
  connections(): number;
  /** How often it was told to read everything anew: never, where nothing was lost. */
  resets(): number;
  isReady(): Promise<void>;
};

/** @param after where it starts */
export function followBySocket(url: string, token: string, after: string): SocketFollower {
  const heard: EventEnvelope[] = [];
  let [connections, resets, cursor, isReady] = [0, 0, after, false];
  const auth = (tell: (auth: object) => void) => tell({ token, after: cursor });
  const socket = io(`${url}/live`, {
    auth,
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 10,
  });
  socket.on('connect', () => {
    connections += 1;
    socket.emit('subscribe', {}, () => {});
  });
  socket.on('event', (event: EventEnvelope) => {
    heard.push(event);
    cursor = event.cursor;
  });
  const moved = (at: { cursor: string }) => {
    cursor = at.cursor;
  };
  socket.on('cursor', moved);
  socket.on('ready', (at: { cursor: string }) => {
    isReady = true;
    moved(at);
  });
  socket.on('reset', (at: { cursor: string }) => {
    resets += 1;
    moved(at);
  });
  return {
    heard,
    connections: () => connections,
    resets: () => resets,
    isReady: () => eventually(() => isReady).then(() => {}),
    close: async () => void socket.disconnect(),
  };
}

/** A connection for each question, so that each may reach another process. */
export function followByPolling(url: string, token: string, after: string): Follower {
  const heard: EventEnvelope[] = [];
  const agent = new Agent({ keepAlive: false });
  let [cursor, isOver] = [after, false];
  async function follow(): Promise<void> {
    while (!isOver) {
      const answer = await exchange(`${url}/v1/events?after=${cursor}&wait=20`, { agent, token });
      if (answer === null) continue;
      if (answer.status !== 200) throw new Error(`a poll was answered ${answer.status}: ${answer.body}`);
      const page: Page = JSON.parse(answer.body);
      heard.push(...page.data);
      cursor = page.nextCursor;
    }
  }
  const following = follow();
  return {
    heard,
    async close() {
      isOver = true;
      agent.destroy();
      await following;
    },
  };
}

type Page = { data: EventEnvelope[]; nextCursor: string };
