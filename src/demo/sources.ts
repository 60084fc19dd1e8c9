// The systems that reported the demo's stock: tills and the warehouses' own, as if each had just spoken.
// Without heartbeats: nobody feeds the demo, and its stores are not to turn stale while somebody looks at them.
import type { DemoRetailer } from '../../db/demo/faitMaison.ts';
import { saveSource } from '../operations/saveSource.ts';
import { noteSources } from '../queries/sources.ts';
import type { Database } from '../queries/transaction.ts';

export async function loadSources(
  database: Database,
  { counts, movements }: Pick<DemoRetailer, 'counts' | 'movements'>,
  now: Date,
): Promise<void> {
  const told = [
    ...counts.map(({ source, location, countedAt }) => ({ source, location, at: countedAt })),
    ...movements.map(({ source, location, occurredAt }) => ({ source, location, at: occurredAt })),
  ];
  const notes = [...Map.groupBy(told, ({ source }) => source)].map(([name, facts]) => ({
    name,
    messageAt: now,
    occurredAt: new Date(facts.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), 0)),
    compared: 0,
    disagreed: 0,
    locations: [...new Set(facts.map(({ location }) => location))],
  }));
  await database.transaction(async (tx) => {
    await noteSources(tx, notes, now);
    for (const { name } of notes) {
      const kind = name.startsWith('wms-') ? ('wms' as const) : ('pos' as const);
      await saveSource(tx, { name, input: { kind, rank: 0 }, guard: () => {} }, now);
    }
  });
}
