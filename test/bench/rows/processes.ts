// Several processes on one database, behind a balancer that hands connections out in turn, against one process behind the
// same: on the same processors, so that more of them can win nothing; what they cost each other is what the rows show. Each
// number of processes has a database of its own, and all are up and warm all the time: idle ones weigh on every side alike.
// What is blamed where more are slower: the same callers come in smaller batches, each of which has its price (writer/queue.ts);
// that each process reads what the others wrote is 15 µs a hold, of some 400.
import { startBalancer } from '../../support/balancer.ts';
import { cpuSeconds } from '../cpu.ts';
import type { Group, Prepared, Row, Side } from '../group.ts';
import { type Run, rateOf } from '../load/load.ts';
import { openFilled, type Rig } from '../rig.ts';
import { between } from '../rounds.ts';
import type { Shop } from '../shop.ts';
import { HOT } from '../world.ts';
import { isAnswer, requests, side } from './reading.ts';
import { checkOversold, levelBody, placed, placing, randomLevels } from './reserving.ts';

const COUNTS = [1, 2, 4] as const;
/** Each process has the same share of them. */
const CONNECTIONS = 64;
/** Of each process alone, before the rounds: one of four hears a quarter of what one alone hears, and would stay cold longer. */
const WARMING_SECONDS = 3;

const MEASURES = {
  random: 'reservations, random items',
  hot: 'reservations on ONE level',
  item: 'availability, 1 item',
} as const;

export const processes: Group = {
  name: 'processes',
  rows: Object.entries(MEASURES).flatMap(([measure, title]) =>
    COUNTS.slice(1).map(
      (count): Row => ({
        ...{ name: `${measure}-by-${count}`, title: `${title}: by ${count} processes ÷ by one` },
        ...{ ours: `${measure}-${count}`, floor: `${measure}-1`, bar: { atLeast: 1 }, unit: '/s' },
      }),
    ),
  ),
  async prepare(rig, { world }) {
    const sets: Several[] = [];
    const single = await openFilled(rig, { name: 'processes', world, copied: true });
    for (const count of COUNTS) sets.push(await openSeveral(rig, count, single));
    const sides: Record<string, Side> = {};
    for (const measure of Object.keys(MEASURES)) {
      for (const [at, count] of COUNTS.entries()) {
        const ofSet = sets[at]?.sides[measure];
        if (ofSet !== undefined) sides[`${measure}-${count}`] = ofSet;
      }
    }
    return {
      sides,
      async check() {
        for (const set of sets) await set.check();
      },
      async close() {
        for (const set of sets) await set.close();
      },
    };
  },
};

type Several = { sides: Prepared['sides']; check(): Promise<void>; close(): Promise<void> };

/** @param single the one process, with an unused copy of its database for those that are more */
async function openSeveral(rig: Rig, count: number, single: Shop): Promise<Several> {
  const { world, copyUrl } = single;
  const shops: Shop[] = [];
  if (count === 1 || copyUrl === null) shops.push(single);
  else {
    const databaseUrl = await rig.database(`processes_${count}`, new URL(copyUrl).pathname.slice(1));
    while (shops.length < count) shops.push(await rig.open({ databaseUrl, copyUrl: null, world }));
  }
  const [first = single] = shops;
  const balancer = await startBalancer();
  rig.onClose(balancer.close);
  balancer.use(shops.map(({ url }) => url));
  let accepted = 0;
  const add = (run: Run) => {
    accepted += run.byStatus['201'] ?? 0;
  };
  for (const { url } of shops) {
    const alone = await sidesOf(rig, { url, shop: first, add });
    for (const measure of ['random', 'item']) await alone[measure]?.(WARMING_SECONDS);
  }
  const balanced = Object.entries(await sidesOf(rig, { url: balancer.url, shop: first, add }));
  return {
    sides: Object.fromEntries(balanced.map(([measure, side]) => [measure, spentBy(shops, rig, side)])),
    async check() {
      const made = await placed(first);
      if (made !== accepted) throw new Error(`${count}: ${accepted} holds were accepted, ${made} are there`);
      await checkOversold(first.databaseUrl);
      await first.checkIntegrity();
    },
    async close() {
      for (const shop of shops) await shop.stop();
    },
  };
}

/** The processor time of these processes alone: the idle ones of other sides poll, too. */
function spentBy(shops: readonly Shop[], rig: Rig, side: Side): Side {
  const cpu = () => ({ ...rig.cpu(), api: shops.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0) });
  return async (seconds) => {
    const before = cpu();
    const sample = await side(seconds);
    return { ...sample, spent: between(before, cpu()) };
  };
}

type Target = { url: string; shop: Shop; add(run: Run): void };

async function sidesOf(rig: Rig, { url, shop, add }: Target): Promise<Prepared['sides']> {
  const { world, keys } = shop;
  const at = { url, authorization: keys.secret };
  const options = { connections: CONNECTIONS, count: add };
  const random = await placing(rig, at, randomLevels(world), options);
  const hot = await placing(rig, at, [levelBody(HOT)], options);
  return {
    random: async (seconds) => rateOf(await random(seconds)),
    hot: async (seconds) => rateOf(await hot(seconds)),
    item: await side(rig, {
      ...{ url, authorization: keys.publishable, connections: CONNECTIONS },
      ...{ requests: requests(world, 1), right: isAnswer(1) },
    }),
  };
}
