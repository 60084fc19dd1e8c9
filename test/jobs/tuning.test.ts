// Figures of self-tuning buffers are part of what every process decides by: whoever has just started and whoever has been
// there all day keep the same of a level.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { makeId } from '../../src/domain/id.ts';
import { applyTasks } from '../../src/jobs/buffers.ts';
import { tune } from '../../src/jobs/tuning.ts';
import { pickLines } from '../../src/operations/pickLines.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { saveBuffer } from '../../src/operations/saveBuffer.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { startPicking } from '../../src/operations/startPicking.ts';
import { openStockWriter } from '../../src/operations/stockWriter.ts';
import { contradictions } from '../support/evidence.ts';
import {
  ACTOR,
  LAMP,
  LILLE,
  must,
  openStockRoom,
  type StockRoom,
  TABLE,
  writerOptions,
} from '../support/stockRoom.ts';

const HOUR = 3_600_000;

let room: StockRoom;
let hours = 0;
beforeAll(async () => {
  room = await openStockRoom();
  await describeItem(TABLE, 'Tables');
  await describeItem(LAMP, 'Lamps');
  // Follows the table wherever it goes; nothing else is anybody's.
  const scope = { location: null, category: null, sku: TABLE };
  const way = { kind: 'auto', percentMax: 50 } as const;
  const id = makeId('obj', Date.now(), randomBytes(10));
  await room.database.transaction((tx) => saveBuffer(tx, { id, ...scope, way, guard: () => {} }, now()));
});
afterAll(async () => {
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});
// Figures are taken each hour at most.
beforeEach(() => {
  hours += 2;
});

const now = () => new Date(Date.now() + hours * HOUR);
const work = () => applyTasks({ ...room, now });
const takeFigures = () => tune({ database: room.database, now });

function describeItem(sku: string, category: string) {
  return room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: sku, category } }], now()));
}

/** An order of a lamp that nobody finds. */
async function missLamp(): Promise<void> {
  const { id } = await room.order({ lines: [{ sku: LAMP, quantity: 1 }] });
  const moved = { id, admit: () => true, actor: ACTOR };
  must(await room.one(startPicking, { ...moved, staff: 'Ana', takeOver: false }));
  const lines = [{ sku: LAMP, picked: 0, missing: 1, reason: 'not_found' as const }];
  must(await room.one(pickLines, { ...moved, lines }));
}

/** Ten tables are counted by a process that has just started; what it keeps of them. */
async function keptByAnotherProcess(): Promise<number> {
  const other = openStockWriter(writerOptions(room.database));
  const count = { source: 'wms', eventId: `fresh-${hours}`, sku: TABLE, location: LILLE, onHand: 10 };
  const command = { ...count, countedAt: new Date(), expected: null, maySee: () => true };
  await other.apply(recordCounts, [command]);
  await other.close();
  return (await room.level(TABLE, LILLE)).buffer;
}

async function rulesVersion(): Promise<number> {
  const [row] = await room.database.run<{ version: number }>(
    'test.rules_version',
    'SELECT version FROM buffer_state',
    [],
  );
  return row?.version ?? 0;
}

test('an item that comes to a category keeps its figure in every process, also one that no rule asked for', async () => {
  await takeFigures();
  await room.put(TABLE, LILLE, 10);
  await room.put(LAMP, LILLE, 100);
  await work();
  await missLamp();
  await missLamp();
  hours += 2;
  // 100 × 2 ÷ (2 + 20): 9 % of lamps at Lille, which no rule governs yet.
  expect(await takeFigures()).toBe(true);
  await work();
  await describeItem(TABLE, 'Lamps');
  await work();
  const shown = (await room.level(TABLE, LILLE)).buffer;
  const fresh = await keptByAnotherProcess();
  await room.put(TABLE, LILLE, 10);
  const again = (await room.level(TABLE, LILLE)).buffer;
  expect({ shown, fresh, again }).toEqual({ shown: 1, fresh: 1, again: 1 });
});

test('figures that are as they were tell nobody to read them again', async () => {
  await takeFigures();
  const before = await rulesVersion();
  hours += 2;
  expect(await takeFigures()).toBe(true);
  expect(await rulesVersion()).toBe(before);
  await missLamp();
  hours += 2;
  expect(await takeFigures()).toBe(true);
  expect(await rulesVersion()).toBe(before + 1);
});
