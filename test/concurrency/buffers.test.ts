// Rules, categories, silences and stock all change at once, in two processes that both go through the levels: in the end
// every level has the buffer that the rules left give it, worked out by SQL of its own, and nobody waited in a circle.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BufferWay } from '../../src/domain/buffer.ts';
import { makeId } from '../../src/domain/id.ts';
import { applyTasks } from '../../src/jobs/buffers.ts';
import { applyBuffers } from '../../src/operations/applyBuffers.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { removeBuffer } from '../../src/operations/removeBuffer.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveBuffer } from '../../src/operations/saveBuffer.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { contradictions, deadlocks } from '../support/evidence.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  LILLE,
  LYON,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
} from '../support/stockRoom.ts';

const SKUS = Array.from({ length: 40 }, (_, n) => `ITEM-${n}`);
const PLACES = [LILLE, LYON];
const CATEGORIES = ['one', 'two', null];
const ACTORS = 12;
const STEPS = rounds(60);

let room: StockRoom;
let processes: StockProcess[];
beforeAll(async () => {
  room = await openStockRoom();
  processes = [openStockProcess(room.url), openStockProcess(room.url)];
  await recategorise(SKUS, 'one');
});
afterAll(async () => {
  for (const process of processes) await process.close();
  await room.close();
});

const now = () => new Date();
function any<One>(of: readonly One[]): One {
  for (const one of of.slice(Math.floor(Math.random() * of.length))) return one;
  throw new Error('one of none');
}

function recategorise(skus: readonly string[], category: string | null) {
  const rows = skus.map((sku) => ({ sku, input: { name: sku, category } }));
  return room.database.retried((tx) => saveItems(tx, rows, now()));
}

function anyWay(): BufferWay {
  return any<BufferWay>([
    { kind: 'quantity', quantity: Math.floor(Math.random() * 5) },
    { kind: 'percent', percent: Math.floor(Math.random() * 60) },
    { kind: 'exclude' },
  ]);
}

async function changeRules(): Promise<void> {
  const id = makeId('obj', Date.now(), randomBytes(10));
  const subject = any([
    { sku: any(SKUS), category: null },
    { sku: null, category: any(['one', 'two']) },
    { sku: null, category: null },
  ]);
  const command = { id, location: any([...PLACES, null]), ...subject, way: anyWay(), guard: () => {} };
  const { rule } = await room.database.retried((tx) => saveBuffer(tx, command, now()));
  if (Math.random() < 0.5) return;
  const open = { admit: () => true, guard: () => {} };
  await room.database.retried((tx) => removeBuffer(tx, rule.id, open, new Date()));
}

async function moveStock({ stock }: StockProcess): Promise<void> {
  const [sku, location] = [any(SKUS), any(PLACES)];
  const fact = { source: 'wms', eventId: newReservationId(), type: any(['receipt', 'sale'] as const) };
  const rest = { reference: null, reservationId: null, maySee: () => true, actor: ACTOR };
  const quantity = 1 + Math.floor(Math.random() * 9);
  await stock.apply(recordMovements, [{ ...fact, ...rest, sku, location, quantity, occurredAt: now() }]);
}

async function reserve({ stock }: StockProcess): Promise<void> {
  const lines = [{ sku: any(SKUS), quantity: 1 }];
  await stock.apply(reserveItems, [reserveCommand({ location: any(PLACES), lines })]);
}

async function fallSilent({ stock }: StockProcess): Promise<void> {
  const silenceBuffer = Math.floor(Math.random() * 4);
  await stock.apply(
    applyBuffers,
    SKUS.slice(0, 10).map((sku) => ({ sku, location: LILLE, silenceBuffer })),
  );
}

test(
  'every level ends with the buffer of the rules that are left',
  async () => {
    const steps = [
      changeRules,
      moveStock,
      moveStock,
      reserve,
      reserve,
      fallSilent,
      () => recategorise([any(SKUS)], any(CATEGORIES)),
    ];
    const actors = Array.from({ length: ACTORS }, async () => {
      const process = any(processes);
      for (let step = 0; step < STEPS; step++) {
        await any(steps)(process);
        if (step % 5 === 0) await applyTasks({ ...process, now });
      }
    });
    await Promise.all(actors);
    await applyTasks({ ...room, now });
    const [left] = await room.database.run<{ tasks: number }>(
      'test.tasks',
      'SELECT ((SELECT count(*) FROM buffer_tasks) + (SELECT count(*) FROM buffer_items))::int AS tasks',
      [],
    );
    expect(left).toEqual({ tasks: 0 });
    expect(await contradictions(room.database)).toEqual([]);
    expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await deadlocks(room.database)).toBe(0);
  },
  ROUNDS_TIMEOUT,
);
