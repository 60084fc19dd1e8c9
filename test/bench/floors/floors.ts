// What the process of the floors is asked for: both ends of the line share these words.
import path from 'node:path';
import { type Child, forkChild } from '../child.ts';

export type FloorUrls = {
  /** node:http, a ready string. */
  http: string;
  /** Express as it is: `GET /constant/{name}` is `res.json`, `POST /echo` parses and echoes. */
  express: string;
  /** Express without etag and x-powered-by, `res.end` of a ready string: as fast as it is made to be. */
  tuned: string;
};

export type FloorContract = {
  start(question: null): Promise<FloorUrls>;
  /** What `GET /constant/{name}` answers from now on: JSON text. */
  answerWith(question: { name: string; body: string }): Promise<void>;
};

export type Floors = Child<FloorContract> & { urls: FloorUrls };

export async function startFloors(): Promise<Floors> {
  const child = await forkChild<FloorContract>(path.join(import.meta.dirname, 'floorsProcess.ts'));
  return { ...child, urls: await child.ask('start', null) };
}
