// The process that loads: sends prepared requests over kept connections, and says how long the answers took.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { answerParent } from '../child.ts';
import { percentile } from '../figures.ts';
import { copyRows } from './copy.ts';
import { type Job, KEY, type LoadContract, type Request, type Run, type Taken } from './load.ts';
import { type Answer, Wire } from './wire.ts';

const KEY_LENGTH = 20;
const TAKEN_MAX = 8;
const TAKEN_EVERY = 61;

/** The text of a request between its keys; bytes where it has none. */
type Ready = { request: Request; parts: string[]; bytes: Buffer | null };
type ReadyJob = Job & { ready: Ready[] /** Requests so far. */; taken: number };
type Tally = { waits: number[]; byStatus: Record<string, number>; taken: Taken[]; wrong: Taken | null };

const jobs: ReadyJob[] = [];
/** Keys of no other process, run or job. */
const keyPrefix = randomBytes(5).toString('hex');
let keysMade = 0;

const contract: LoadContract = {
  async prepare(job) {
    const ready = job.requests.map((request) => readyRequest(job, request));
    return jobs.push({ ...job, ready, taken: 0 }) - 1;
  },
  async run({ job: number, seconds }) {
    const job = jobs[number];
    if (job === undefined) throw new Error('no such job');
    const url = new URL(job.url);
    const wires = await Promise.all(Array.from({ length: job.connections }, () => Wire.open(url)));
    try {
      return await (job.perSecond === undefined
        ? inClosedLoop(job, wires, seconds)
        : inOpenLoop(job, job.perSecond, wires, seconds));
    } finally {
      for (const wire of wires) wire.close();
    }
  },
  copy: (question) => copyRows(question, (chunk) => chunk.replaceAll(KEY, newKey())),
};

async function inClosedLoop(job: ReadyJob, wires: readonly Wire[], seconds: number): Promise<Run> {
  const tally = emptyTally();
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  const ask = async (wire: Wire) => {
    for (let sentAt = performance.now(); sentAt < until && tally.wrong === null; ) {
      const drawn = draw(job);
      const answer = await wire.send(bytesOf(drawn));
      const now = performance.now();
      take(job, tally, drawn.request, answer, now - sentAt);
      sentAt = now;
    }
  };
  await Promise.all(wires.map(ask));
  return sumUp(tally, (performance.now() - startedAt) / 1_000);
}

/** A late answer makes nobody wait who would have asked anyway: requests that are due wait for a free connection. */
async function inOpenLoop(
  job: ReadyJob,
  perSecond: number,
  wires: readonly Wire[],
  seconds: number,
): Promise<Run> {
  const tally = emptyTally();
  const startedAt = performance.now();
  const total = Math.round(perSecond * seconds);
  let next = 0;
  const ask = async (wire: Wire) => {
    for (let mine = next++; mine < total && tally.wrong === null; mine = next++) {
      const dueAt = startedAt + (mine * 1_000) / perSecond;
      const early = dueAt - performance.now();
      if (early > 0) await delay(early);
      const drawn = draw(job);
      // A timer may be early or late by a millisecond: only what is late because of others counts.
      const sentAt = Math.max(dueAt, early > 0 ? performance.now() : dueAt);
      take(job, tally, drawn.request, await wire.send(bytesOf(drawn)), performance.now() - sentAt);
    }
  };
  await Promise.all(wires.map(ask));
  return sumUp(tally, (performance.now() - startedAt) / 1_000);
}

function emptyTally(): Tally {
  return { waits: [], byStatus: {}, taken: [], wrong: null };
}

function take(job: Job, tally: Tally, request: Request, { status, body }: Answer, wait: number): void {
  tally.waits.push(wait);
  tally.byStatus[status] = (tally.byStatus[status] ?? 0) + 1;
  if (!job.statuses.includes(status)) tally.wrong ??= { request, status, body: body.toString() };
  if (tally.taken.length < TAKEN_MAX && tally.waits.length % TAKEN_EVERY === 1) {
    tally.taken.push({ request, status, body: body.toString() });
  }
}

function sumUp({ waits, byStatus, taken, wrong }: Tally, seconds: number): Run {
  if (wrong !== null) {
    const { request, status, body } = wrong;
    throw new Error(`${request.method} ${request.path} was answered ${status}: ${body.slice(0, 1_000)}`);
  }
  const sorted = Float64Array.from(waits).sort();
  return {
    answered: waits.length,
    seconds,
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
    byStatus,
    taken,
  };
}

function draw(job: ReadyJob): Ready {
  const { ready, inTurn = false } = job;
  const drawn = ready[inTurn ? job.taken++ % ready.length : Math.floor(Math.random() * ready.length)];
  if (drawn === undefined) throw new Error('a job without requests');
  return drawn;
}

function bytesOf({ parts, bytes }: Ready): string | Buffer {
  return bytes ?? parts.join(newKey());
}

function newKey(): string {
  keysMade += 1;
  return keyPrefix + keysMade.toString(36).padStart(KEY_LENGTH - keyPrefix.length, '0');
}

function readyRequest(job: Job, request: Request): Ready {
  const { method, path, body = '' } = request;
  const length = body.replaceAll(KEY, '-'.repeat(KEY_LENGTH)).length;
  const headers = Object.entries({
    Host: new URL(job.url).host,
    ...job.headers,
    ...(method === 'POST' && { 'Content-Type': 'application/json', 'Content-Length': length }),
  });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const parts = `${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`.split(KEY);
  return { request, parts, bytes: parts.length === 1 ? Buffer.from(parts[0] ?? '', 'latin1') : null };
}

answerParent(contract);
