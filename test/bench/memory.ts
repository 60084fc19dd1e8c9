// Whether the memory of an API process stays what it is: 1,000 sockets, a warm view, and some of every kind of load. On a
// durable embedded PostgreSQL and processes of its own: `node test/bench/memory.ts [--minutes 10] [--old-space MB]`, where
// --old-space bounds the heap as an operator would. Prints a line a minute; judges only what was
// answered, and that no level drifts.
import { parseArgs } from 'node:util';
import { LARGE_LEVELS, LEVELS } from './options.ts';
import { openFilled, type Rig, startRig } from './rig.ts';
import { changeJob, listeners, memoryOf } from './rows/live.ts';
import { requests } from './rows/reading.ts';
import { placing, randomLevels } from './rows/reserving.ts';
import { makeKeys, type Shop } from './shop.ts';
import { storeCode, worldOf } from './world.ts';

const KEYS = 20;
/** A second: a part of what the machine can do, so that it is not its limits that are seen. */
const CHANGES = 50;
const HOLDS = 50;
const ANSWERS = 100;
const CONNECTIONS = 16;
/** What is held ends within the run, as it does in a shop. */
const TTL_SECONDS = 60;

const startedAt = performance.now();

function tell(line: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, 'old-space': { type: 'string' } },
  });
  const oldSpace = values['old-space'];
  const rig = await startRig({ largeLevels: LARGE_LEVELS, profiles: null, tell });
  try {
    const shop = await openFilled(rig, {
      ...{ name: 'memory', world: worldOf(LEVELS), copied: false },
      environment: oldSpace === undefined ? {} : { NODE_OPTIONS: `--max-old-space-size=${oldSpace}` },
    });
    await watch(rig, shop, Number(values.minutes));
    await shop.checkIntegrity();
  } finally {
    await rig.close();
  }
}

async function watch(rig: Rig, shop: Shop, minutes: number): Promise<void> {
  const report = async (when: string) => console.log(`${when.padEnd(24)} ${await memoryOf(shop)}`);
  await report('just started');
  const keys = await makeKeys(shop, KEYS);
  const crowd = listeners(
    (n) => ({ token: keys[n % KEYS] }),
    (n) => ({ locations: [storeCode(n)] }),
  );
  await rig.ears.ask('open', { url: shop.url, noted: false, listeners: crowd });
  await report(`${crowd.length.toLocaleString('en')} sockets`);
  const bodies = randomLevels(shop.world).map((body) => ({ ...body, ttlSeconds: TTL_SECONDS }));
  const at = { url: shop.url, authorization: shop.keys.secret };
  const hold = await placing(rig, at, bodies, { connections: CONNECTIONS, perSecond: HOLDS });
  const change = await changeJob(rig, shop, CHANGES);
  const ask = await rig.load.ask('prepare', {
    ...{
      url: shop.url,
      requests: requests(shop.world, 1),
      headers: { Authorization: shop.keys.publishable },
    },
    ...{ connections: CONNECTIONS, perSecond: ANSWERS, statuses: [200] },
  });
  const run = (job: number) => rig.load.ask('run', { job, seconds: 60 });
  for (let minute = 1; minute <= minutes; minute++) {
    await Promise.all([run(change), run(ask), hold(60)]);
    await report(`after ${minute} min of load`);
  }
}

await main();
