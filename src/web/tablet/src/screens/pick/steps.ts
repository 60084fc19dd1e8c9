// The steps of picking, each kept and reported at once, and each of them undone. One after another: two quick scans of
// one article are two units, although the first is still being kept when the second comes.
import { signal } from '@preact/signals';
import { act, order as orderNow } from '../../data/index.ts';
import type { MissingReason, OrderLine, Outcome, PickLine } from '../../data/model.ts';
import { unitsLeft, withFound, withMissing, withoutFound, withoutMissing } from './pickState.ts';

export type Step = { orderId: string; sku: string; kind: 'found' | 'missing'; units: number };

/** Units that were reported missing, and what the server will say to it. */
export type Reported = {
  units: number;
  /** The level's version when it was reported; null where the level was not known. */
  levelVersion: number | null;
  done: Promise<Outcome>;
};

const STEPS_MAX = 100;

/** What was done on this tablet, the newest last. */
export const steps = signal<readonly Step[]>([]);

let turn: Promise<unknown> = Promise.resolve();

/** `units` more of the line were found. */
export function find(orderId: string, sku: string, units: number): Promise<void> {
  return inTurn(() => findNow(orderId, sku, units));
}

/**
 * A unit was scanned: `mean` says what of, once the scans before it are kept; null where nothing wants it. Asked
 * sooner, two quick scans of one article would both be of the line, or the bag, that wants only one.
 */
export function findScanned(mean: () => { orderId: string; sku: string } | null): Promise<void> {
  return inTurn(async () => {
    const meant = mean();
    if (meant !== null) await findNow(meant.orderId, meant.sku, 1);
  });
}

/**
 * `units` of the line are not there, or as many as are still wanted. Resolves when it is kept; `done` when the server has
 * said what follows. Null: none is wanted any more.
 */
export function miss(
  orderId: string,
  sku: string,
  units: number,
  reason: MissingReason,
): Promise<{ units: number; done: Promise<Outcome> } | null> {
  return inTurn(async () => {
    const line = lineNow(orderId, sku);
    // A till may have sold the last of it while somebody was asked why.
    if (line === null || unitsLeft(line) === 0) return null;
    const pick = withMissing(line, units, reason);
    const reported = await report(orderId, pick);
    const missed = (pick.missing ?? 0) - line.missing;
    remember({ orderId, sku, kind: 'missing', units: missed });
    return { ...reported, units: missed };
  });
}

/** Units that were found by mistake go back. */
export function takeOut(orderId: string, sku: string, units: number): Promise<void> {
  return inTurn(async () => {
    const line = lineNow(orderId, sku);
    if (line === null || line.picked === 0) return;
    await report(orderId, withoutFound(line, units));
    forget(orderId, sku, 'found');
  });
}

/** Units that were missing are there after all, and are wanted again. */
export function findAgain(orderId: string, sku: string, units: number): Promise<void> {
  return inTurn(async () => {
    const line = lineNow(orderId, sku);
    if (line === null || line.missing === 0) return;
    await report(orderId, withoutMissing(line, units));
    forget(orderId, sku, 'missing');
  });
}

/** The last step of an order on this tablet; null where there is none. */
export function lastStep(orderId: string): Step | null {
  return steps.value.findLast((step) => step.orderId === orderId) ?? null;
}

export function undo({ orderId, sku, kind, units }: Step): Promise<void> {
  return kind === 'found' ? takeOut(orderId, sku, units) : findAgain(orderId, sku, units);
}

async function findNow(orderId: string, sku: string, units: number): Promise<void> {
  const line = lineNow(orderId, sku);
  if (line === null) return;
  const pick = withFound(line, units);
  const found = pick.picked - line.picked;
  if (found === 0) return;
  await report(orderId, pick);
  remember({ orderId, sku, kind: 'found', units: found });
}

function report(orderId: string, pick: PickLine) {
  return act({ kind: 'pick', subject: orderId, body: { lines: [pick] } });
}

function remember(step: Step): void {
  steps.value = [...steps.value, step].slice(-STEPS_MAX);
}

/** The newest step of the kind on the line is the one that was undone. */
function forget(orderId: string, sku: string, kind: Step['kind']): void {
  const at = steps.value.findLastIndex(
    (step) => step.orderId === orderId && step.sku === sku && step.kind === kind,
  );
  if (at >= 0) steps.value = steps.value.toSpliced(at, 1);
}

function lineNow(orderId: string, sku: string): OrderLine | null {
  return orderNow(orderId)?.lines.find((line) => line.sku === sku) ?? null;
}

function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
}
