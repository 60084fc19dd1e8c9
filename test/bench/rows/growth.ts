// The same, on ten million levels with fifty million movements behind them, against the base size: two installations side by
// side, in turns. And how long a start takes on such a database.
import type { Group, Prepared, Row, Side } from '../group.ts';
import { openFilled, query, type Rig } from '../rig.ts';
import { type Shop, startShop } from '../shop.ts';
import { skuOf, worldOf } from '../world.ts';
import { ingest } from './ingest.ts';
import { reading } from './reading.ts';
import { reserving } from './reserving.ts';

/** Levels in memory: all of them, at about 20 bytes each, as an operator of this size would have it. */
const LEVELS_MAX = '12000000';
const WARMING_AT_ONCE = 8;

/** The check of all ten million takes longer than the rows; the base size, by the same code, is checked whole. */
const ITEMS_A_CHECKED_ONE = 100;

/** Side of its own group → what it is called here. */
const RATES = {
  item: 'availability, 1 item',
  cart: 'availability, 5-line cart',
  random: 'reservations, random items',
  hot: 'reservations on ONE level',
  refusals: 'refusals on a sold-out level',
  api: 'movements by API',
  file: 'imported rows',
} as const;

export const growth: Group = {
  name: 'growth',
  rows: [
    ...Object.entries(RATES).map(([side, title]) =>
      row(side, `${title}: large ÷ base size`, { atLeast: 0.8 }, '/s'),
    ),
    row('single', 'p50 of one client’s reservation: large ÷ base size', { atMost: 1.25 }, 'ms'),
    row('start', '`npm start` on the large database ÷ on an empty one', { atMost: 2 }, 'ms'),
  ],
  async prepare(rig, base) {
    const large = await openLarge(rig);
    const [ofLarge, ofBase] = [await prepareAll(rig, large), await prepareAll(rig, base)];
    const sides: Record<string, Side> = {};
    for (const name of [...Object.keys(RATES), 'single']) {
      sides[`large-${name}`] = sideOf(ofLarge, name);
      sides[`base-${name}`] = sideOf(ofBase, name);
    }
    const empty = await rig.database('empty');
    return {
      sides: {
        ...sides,
        'large-start': starting(rig, large.databaseUrl),
        'base-start': starting(rig, empty),
      },
      async check() {
        for (const prepared of [...ofLarge, ...ofBase]) await prepared.check?.();
        rig.tell(
          `growth: deriving the levels of one item in ${ITEMS_A_CHECKED_ONE} of the large database anew`,
        );
        await checkSample(large);
      },
      close: () => large.stop(),
    };
  },
};

function row(side: string, title: string, bar: Row['bar'], unit: Row['unit']): Row {
  return { name: `growth-${side}`, title, ours: `large-${side}`, floor: `base-${side}`, bar, unit };
}

async function openLarge(rig: Rig): Promise<Shop> {
  const large = await openFilled(rig, {
    ...{ name: 'large', world: worldOf(rig.largeLevels), copied: false },
    environment: { COMPTOIR_LEVELS_MAX: LEVELS_MAX },
  });
  rig.tell(`growth: asking once for each of ${large.world.items} items`);
  const skus = Array.from({ length: large.world.items }, (_, item) => skuOf(item));
  const ask = async () => {
    for (let sku = skus.pop(); sku !== undefined; sku = skus.pop()) {
      await large.call({ method: 'GET', path: `/v1/availability?items=${sku}:1&near=48.86,2.35&limit=1` });
    }
  };
  await Promise.all(Array.from({ length: WARMING_AT_ONCE }, ask));
  return large;
}

async function prepareAll(rig: Rig, shop: Shop): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const group of [reading, reserving, ingest]) prepared.push(await group.prepare(rig, shop));
  return prepared;
}

function sideOf(all: readonly Prepared[], name: string): Side {
  const side = all.map(({ sides }) => sides[name]).find((one) => one !== undefined);
  if (side === undefined) throw new Error(`there is no side ${name}`);
  return side;
}

/** A level is its count, which is the first that is known of it (history.ts), what moved since, and its open lines. */
async function checkSample({ databaseUrl }: Shop): Promise<void> {
  const [row] = await query(
    databaseUrl,
    `SELECT count(*)::int AS checked, count(*) FILTER (WHERE on_hand <> moved OR reserved <> held)::int AS drifting
     FROM (SELECT on_hand, reserved,
             (SELECT sum(CASE WHEN m.type = 'count' THEN m.quantity ELSE m.on_hand_delta END) FROM movements m
              WHERE m.item_id = l.item_id AND m.location_id = l.location_id) AS moved,
             (SELECT coalesce(sum(n.reserved), 0) FROM reservation_lines n
              WHERE n.item_id = l.item_id AND n.location_id = l.location_id AND n.reserved > 0) AS held
           FROM levels l WHERE item_id % ${ITEMS_A_CHECKED_ONE} = 1) AS derived`,
  );
  if (row?.checked === 0 || row?.drifting !== 0) throw new Error(`levels drift: ${JSON.stringify(row)}`);
}

/** One start, however long a round is. */
function starting(rig: Rig, databaseUrl: string): Side {
  return async () => {
    const { directory } = rig;
    const world = worldOf(rig.largeLevels);
    const shop = await startShop({ databaseUrl, copyUrl: null, world, directory, profiles: null });
    await shop.stop();
    return { operations: 1, value: shop.startSeconds * 1_000 };
  };
}
