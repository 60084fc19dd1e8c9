// One Idempotency-Key is one effect: however many ask with it at once, in however many processes, and wherever the
// connection to PostgreSQL breaks.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import type { Submitted } from '../../src/operations/writer/outcome.ts';
import { contradictions, deadlocks } from '../support/evidence.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  LAMP,
  LILLE,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

const ASKERS = 50;

let room: StockRoom;
let processes: [StockProcess, StockProcess];
let batchEnds = Promise.withResolvers<void>();
beforeAll(async () => {
  room = await openStockRoom();
  await room.put(TABLE, LILLE, 1_000_000);
  const onCommit = () => {
    batchEnds.resolve();
    batchEnds = Promise.withResolvers();
  };
  processes = [openStockProcess(room.url, { onCommit }), openStockProcess(room.url, { onCommit })];
});
afterAll(async () => {
  for (const process of processes) await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  expect(await deadlocks(room.database)).toBe(0);
  await room.close();
});

/** The same request again: another process, or another try, makes another id for the reservation it would place. */
function place(process: StockProcess, key: string): Promise<Submitted> {
  return process.ask(reserveItems, reserveCommand({ orderReference: key }), key, 'the same request');
}

async function placedWith(key: string): Promise<string[]> {
  const rows = await room.database.run<{ id: string }>(
    'test.placed_with',
    'SELECT id FROM reservations WHERE order_reference = $1',
    [key],
  );
  return rows.map(({ id }) => id);
}

test.each([
  ['one process', 1],
  ['two processes', 2],
])(
  '50 at once in %s: one reservation and 50 equal answers',
  async (_, of) => {
    for (let round = 0; round < rounds(20); round++) {
      const key = newReservationId();
      const answers = await Promise.all(
        Array.from({ length: ASKERS }, (__, n) => place(processes[n % of === 0 ? 0 : 1], key)),
      );
      const [id] = await placedWith(key);
      expect(await placedWith(key)).toHaveLength(1);
      expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
      expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ id, status: 'held' });
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    }
  },
  ROUNDS_TIMEOUT,
);

test('many keys at once, each asked for twice in two processes in opposite orders: one effect each', async () => {
  for (let round = 0; round < rounds(5); round++) {
    const keys = Array.from({ length: 100 }, newReservationId);
    const [first, second] = await Promise.all([
      Promise.all(keys.map((key) => place(processes[0], key))),
      Promise.all(keys.toReversed().map((key) => place(processes[1], key))),
    ]);
    expect(second.toReversed().map(({ body }) => body)).toEqual(first.map(({ body }) => body));
    for (const key of keys) expect(await placedWith(key)).toHaveLength(1);
  }
});

test('refusals that touch no level are kept once too, whichever process was first', async () => {
  const unknown = { ...reserveCommand({}), lines: [{ sku: 'NO-SUCH', quantity: 1 }] };
  const ask = (process: StockProcess, key: string) =>
    process.ask(reserveItems, unknown, key, 'the same request');
  for (let round = 0; round < rounds(10); round++) {
    const keys = Array.from({ length: 200 }, newReservationId);
    const answers = await Promise.all([
      ...keys.map((key) => ask(processes[0], key)),
      ...keys.toReversed().map((key) => ask(processes[1], key)),
    ]);
    expect(answers.map(({ body }) => body)).toEqual(answers.map(() => '"unknown-item"'));
    expect(answers.filter(({ replayed }) => replayed)).toHaveLength(keys.length);
  }
});

test(
  'every connection ended in mid-batch, again and again: who asks until answered has one reservation',
  async () => {
    const answers = new Map<string, Submitted>();
    let ended = 0;
    const asking = Array.from({ length: 16 }, async (_, n) => {
      while (ended < rounds(60)) {
        const key = newReservationId();
        answers.set(key, await askUntilAnswered(key, n));
      }
    });
    while (ended < rounds(60)) {
      await batchEnds.promise;
      ended += await endConnections();
    }
    await Promise.all(asking);
    for (const [key, { body }] of answers) {
      const [id, ...more] = await placedWith(key);
      expect({ more, body: JSON.parse(body) }).toMatchObject({ more: [], body: { id } });
    }
  },
  ROUNDS_TIMEOUT,
);

/** As a shop does: the same request with the same key, until there is an answer. */
async function askUntilAnswered(key: string, n: number): Promise<Submitted> {
  for (;;) {
    const process = processes[n % 2 === 0 ? 0 : 1];
    const answer = await place(process, key).catch(() => null);
    if (answer !== null) return answer;
  }
}

async function endConnections(): Promise<number> {
  const rows = await room.database.run<{ ended: boolean }>(
    'test.end_connections',
    `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
       AND state <> 'idle'`,
    [],
  );
  return rows.length;
}

test('a thousand facts under one key are all there or none, also when PostgreSQL ends the connection', async () => {
  const facts = (key: string) =>
    Array.from({ length: 1_000 }, (_, n) => ({
      ...{
        source: 'erp',
        eventId: `${key}/${n}`,
        type: 'receipt' as const,
        sku: LAMP,
        location: LILLE,
        quantity: 1,
      },
      ...{ occurredAt: new Date(1_760_000_000_000), reference: null, reservationId: null, actor: ACTOR },
      maySee: () => true,
    }));
  const submit = ({ stock }: StockProcess, key: string) =>
    stock.submit({
      operation: recordMovements,
      commands: facts(key),
      idempotency: { keyId: 'key_test', key, requestHash: Buffer.from(key) },
      answer: (outcomes) => ({
        status: 200,
        body: outcomes.map((o) => (o.ok ? o.value : o.problem.code)).join(),
      }),
    });
  const recorded = async () => {
    const statement = "SELECT count(*) AS units FROM movements WHERE source = 'erp'";
    return (await room.database.run<{ units: number }>('test.recorded', statement, []))[0]?.units;
  };
  let ended = 0;
  for (let round = 1; round <= rounds(5); round++) {
    const key = newReservationId();
    const answers = [submit(processes[0], key), submit(processes[1], key)].map((asked) =>
      asked.catch(() => null),
    );
    let isSettled = false;
    const settling = Promise.all(answers).finally(() => {
      isSettled = true;
    });
    // As soon as one of them is in the midst of it: one that is idle is not ended.
    for (let now = 0; now === 0 && !isSettled; ended += now) now = await endConnections();
    const settled = await settling;
    const found = await recorded();
    expect([(round - 1) * 1_000, round * 1_000]).toContain(found);
    // Asked again it is done, or was done: either way the first answer says that each fact was applied.
    const again = await submit(processes[1], key);
    const bodies = [...settled, again].flatMap((answer) => answer?.body ?? []);
    expect(new Set(bodies)).toEqual(new Set([Array(1_000).fill('applied').join()]));
    expect(await recorded()).toBe(round * 1_000);
  }
  expect(ended).toBeGreaterThan(0);
});
