// The wire to PostgreSQL breaks at the worst moments: nobody is told what is not so, nothing happens twice, and the
// writer goes on as soon as there is a database again.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { CommitUnknown, isUnavailable } from '../../src/queries/pgError.ts';
import { eventually } from '../support/eventually.ts';
import { contradictions } from '../support/evidence.ts';
import { type PostgresProxy, startPostgresProxy } from '../support/postgresProxy.ts';
import { rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  LILLE,
  LYON,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

let room: StockRoom;
let proxy: PostgresProxy;
let process: StockProcess;
beforeAll(async () => {
  room = await openStockRoom();
  await room.put(TABLE, LILLE, 1_000_000);
});
afterAll(async () => {
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});
beforeEach(async () => {
  proxy = await startPostgresProxy(room.url);
  process = openStockProcess(proxy.url);
  await process.one(reserveItems, reserveCommand({}));
});
afterEach(async () => {
  await process.close();
  await proxy.close();
});

async function placed(ids: readonly string[]): Promise<string[]> {
  const rows = await room.database.run<{ id: string }>(
    'test.placed',
    'SELECT id FROM reservations WHERE id = ANY ($1) ORDER BY id',
    [ids],
  );
  return rows.map(({ id }) => id);
}

describe('the answer to a COMMIT is lost', () => {
  test('with a key: the answer is right all the same, and there is one effect', async () => {
    let commits = 0;
    const fates = ['lose', 'pass', 'drop'] as const;
    proxy.fate = () => fates[commits++ % fates.length] ?? 'pass';
    const commands = Array.from({ length: rounds(200) }, () => reserveCommand({}));
    const answers: { body: string }[] = [];
    for (let start = 0; start < commands.length; start += 20) {
      const some = commands.slice(start, start + 20);
      answers.push(
        ...(await Promise.all(some.map((command) => process.ask(reserveItems, command, command.id)))),
      );
    }
    const answered = answers.map(({ body }): string => JSON.parse(body).id);
    expect(answered).toEqual(commands.map(({ id }) => id));
    expect(await placed(answered)).toEqual(answered.toSorted());
    expect(process.errors.some((error) => error instanceof CommitUnknown)).toBe(true);
  });

  test.each(['lose', 'drop'] as const)(
    'without a key (%s): the caller learns that it is not known, and nothing is done twice',
    async (fate) => {
      proxy.fate = () => fate;
      const commands = Array.from({ length: 5 }, () => reserveCommand({}));
      const asked = commands.map((command) => process.one(reserveItems, command));
      for (const each of asked) await expect(each).rejects.toMatchObject({ code: 'unavailable' });
      const ids = commands.map(({ id }) => id).sort();
      expect(await placed(ids)).toEqual(fate === 'lose' ? ids : []);
    },
  );

  test('with a key and without in one batch: each gets what can be known', async () => {
    let commits = 0;
    proxy.fate = () => (commits++ === 0 ? 'lose' : 'pass');
    const [keyed, unkeyed] = [reserveCommand({}), reserveCommand({})];
    const answers = [
      process
        .ask(reserveItems, keyed, keyed.id)
        .then(({ status, body }) => ({ status, id: JSON.parse(body).id })),
      process.one(reserveItems, unkeyed).catch((error: unknown) => error),
    ];
    expect(await Promise.all(answers)).toMatchObject([
      { status: 201, id: keyed.id },
      { code: 'unavailable' },
    ]);
    expect(await placed([keyed.id, unkeyed.id])).toHaveLength(2);
  });
});

describe('there is no database', () => {
  test('everybody hears so at once, and not one after the other', async () => {
    proxy.refuse(true);
    const before = proxy.attempts();
    const asked = Array.from({ length: 300 }, () => process.one(reserveItems, reserveCommand({})));
    const settled = await Promise.allSettled(asked);
    expect(settled.filter((one) => one.status === 'rejected' && isUnavailable(one.reason))).toHaveLength(300);
    // 300 commands are two batches of at most 200, each tried a few times: not 300 times.
    expect(proxy.attempts() - before).toBeLessThan(30);
  });

  test('and then there is one again: the next command is done', async () => {
    proxy.refuse(true);
    const refused = process.one(reserveItems, reserveCommand({})).catch((error: unknown) => error);
    expect(isUnavailable(await refused)).toBe(true);
    proxy.refuse(false);
    const command = reserveCommand({});
    expect((await process.one(reserveItems, command)).ok).toBe(true);
    expect(await placed([command.id])).toEqual([command.id]);
  });

  test('a connection that ends while levels are made is no refusal: the fact is recorded', async () => {
    let cut = 0;
    proxy.atStatement = 'levels.ensure';
    proxy.fate = () => (cut++ === 0 ? 'lose' : 'pass');
    const sale = {
      source: 'pos',
      eventId: newReservationId(),
      type: 'sale' as const,
      sku: TABLE,
      // Where there never was any: only such a level is made.
      location: LYON,
    };
    const rest = { quantity: 1, occurredAt: new Date(), reference: null, reservationId: null, actor: ACTOR };
    const told = process.one(recordMovements, { ...sale, ...rest, maySee: () => true });
    await expect(told).resolves.toEqual({ ok: true, value: 'applied' });
    expect(cut).toBe(2);
  });
});

test('PostgreSQL falls silent: callers are told after a while, and the next ones are served', async () => {
  const impatient = openStockProcess(`${proxy.url}?query_timeout=400`);
  // Its patience is short for a busy machine, too.
  const isServed = async () => (await impatient.one(reserveItems, reserveCommand({}))).ok;
  await eventually(isServed);
  proxy.mute(true);
  const asked = Array.from({ length: 50 }, () => impatient.one(reserveItems, reserveCommand({})));
  const settled = await Promise.allSettled(asked);
  expect(settled.filter((one) => one.status === 'rejected' && isUnavailable(one.reason))).toHaveLength(50);
  proxy.mute(false);
  await eventually(isServed);
  await impatient.close();
});
