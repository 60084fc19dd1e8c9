// What the process that loads is asked for, and what it says: both ends of the line share these words.
import path from 'node:path';
import { type Child, forkChild } from '../child.ts';
import type { Sample } from '../group.ts';
import type { CopyRun } from './copy.ts';

export type Request = { method: 'GET' | 'POST'; path: string; body?: string };

/** `{key}`, anywhere in a request, is other text of the same length in each request that is sent. */
export const KEY = '{key}';

export type Job = {
  url: string;
  /** Drawn at random, again and again, or taken `inTurn`. ASCII. */
  requests: readonly Request[];
  inTurn?: boolean;
  headers: Readonly<Record<string, string>>;
  connections: number;
  /** Absent: each connection asks again as soon as it is answered. Else so many a second, waited for or not. */
  perSecond?: number;
  /** Any other ends the run with what was answered. */
  statuses: readonly number[];
};

export type Taken = { request: Request; status: number; body: string };

export type Run = {
  answered: number;
  seconds: number;
  /** Milliseconds; of an open loop from the instant at which the request was due. */
  p50: number;
  p90: number;
  p99: number;
  max: number;
  byStatus: Readonly<Record<string, number>>;
  /** A few answers, whole. */
  taken: readonly Taken[];
};

export type LoadContract = {
  /** Keeps the job; answers its number. */
  prepare(job: Job): Promise<number>;
  run(question: { job: number; seconds: number }): Promise<Run>;
  copy(question: CopyRun): Promise<{ operations: number; seconds: number }>;
};

export type Load = Child<LoadContract>;

export const startLoad = () => forkChild<LoadContract>(path.join(import.meta.dirname, 'loadProcess.ts'));

/** A run as a round's sample: requests a second. */
export function rateOf(run: Run): Sample {
  return { operations: run.answered, value: run.answered / run.seconds, details: latencies(run) };
}

export function latencies({ p50, p90, p99, max, byStatus }: Run) {
  return { p50, p90, p99, max, byStatus };
}
