// What the process of the floors is asked for: both ends of the line share these words.
import path from 'node:path';
import { type Child, forkChild } from '../child.ts';
import type { ReservationBody } from '../reservationBody.ts';
import type { Envelope } from './sockets.ts';

export type FloorUrls = {
  /** node:http, a ready string. */
  http: string;
  /** Express as it is: `GET /constant/{name}` is `res.json`, `POST /echo` parses and echoes. */
  express: string;
  /** Express without etag and x-powered-by, `res.end` of a ready string: as fast as it is made to be. */
  tuned: string;
  /** Bare Socket.IO, namespace /live. */
  sockets: string;
};

export type FloorContract = {
  start(question: null): Promise<FloorUrls>;
  /** What `GET /constant/{name}` answers from now on: JSON text. */
  answerWith(question: { name: string; body: string }): Promise<void>;
  /** Emits to everybody on the bare Socket.IO server. */
  broadcast(question: { envelopes: readonly Envelope[] }): Promise<void>;
  /** Emits each to the room of its location; answers when, by id, on the monotonic clock. */
  emitEvenly(question: EvenRun): Promise<[id: string, at: number][]>;
  /** Commits each as a row of `bare_changes`, and then emits it, in turn. */
  writeEvenly(question: EvenRun & { databaseUrl: string }): Promise<void>;
  /** Serves the naive way on this database; answers where. */
  startNaive(question: { databaseUrl: string }): Promise<string>;
  /** So many callers run statements on a bare `pg` pool, without HTTP; answers how many each second. */
  runBare(question: BareRun): Promise<{ operations: number; seconds: number }>;
};

export type EvenRun = { envelopes: readonly Envelope[]; perSecond: number };

export type BareRun = {
  databaseUrl: string;
  /** `reserve`: the naive way's transaction. `select`: one level by its key. */
  what: 'reserve' | 'select';
  /** Drawn at random: bodies of reservations. */
  bodies: readonly ReservationBody[];
  callers: number;
  seconds: number;
};

export type Floors = Child<FloorContract> & { urls: FloorUrls };

export async function startFloors(): Promise<Floors> {
  const child = await forkChild<FloorContract>(path.join(import.meta.dirname, 'floorsProcess.ts'));
  return { ...child, urls: await child.ask('start', null) };
}
