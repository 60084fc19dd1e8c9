// Keeps a rule for units that the web is never promised: one rule for each scope, new or changed.
// With its commit every batch decides by it; the levels that show an older buffer are gone through afterwards.
import { BUFFER_RULES_MAX, type BufferScope, type BufferWay } from '../domain/buffer.ts';
import { canonicalJson } from '../domain/canonical.ts';
import { Problem } from '../domain/problem.ts';
import type { Guard } from '../domain/saved.ts';
import {
  askForTuning,
  findRule,
  findRuleOfScope,
  lockRules,
  raiseRulesVersion,
  type StoredRule,
  writeRule,
} from '../queries/buffers.ts';
import { addRuleTask } from '../queries/bufferTasks.ts';
import { findItemHeads } from '../queries/items.ts';
import { findLocation } from '../queries/locations.ts';
import type { Tx } from '../queries/transaction.ts';

export type SaveBuffer = {
  /** The id that the rule gets if its scope has none yet. */
  id: string;
  location: string | null;
  category: string | null;
  sku: string | null;
  way: BufferWay;
  guard: Guard;
};

/** Refuses with unknown-location, unknown-item, precondition-failed, too-many-buffers. The same again changes nothing. */
export async function saveBuffer(
  tx: Tx,
  command: SaveBuffer,
  now: Date,
): Promise<{ outcome: 'created' | 'updated' | 'unchanged'; rule: StoredRule }> {
  const scope = await scopeOf(tx, command);
  const rules = await lockRules(tx);
  const stored = await findRuleOfScope(tx, scope);
  command.guard(stored?.version ?? null);
  if (stored !== null && canonicalJson(stored.way) === canonicalJson(command.way)) {
    return { outcome: 'unchanged', rule: stored };
  }
  if (stored === null && rules >= BUFFER_RULES_MAX) {
    throw new Problem('too-many-buffers', `There are ${rules} rules already, which is as many as may be.`);
  }
  const id = stored?.id ?? command.id;
  const version = (stored?.version ?? 0) + 1;
  // Tasks before their rule, as the end of a task locks them: the other way round, the two could wait for each other.
  await addRuleTask(tx, scope, { id, version });
  await writeRule(tx, { ...scope, id, version, way: command.way, at: now });
  await raiseRulesVersion(tx, now);
  if (command.way.kind === 'auto') await askForTuning(tx);
  const rule = await findRule(tx, id);
  if (rule === null) throw new Error('a rule was written and is not there');
  return { outcome: stored === null ? 'created' : 'updated', rule };
}

async function scopeOf(tx: Tx, { location, category, sku }: SaveBuffer): Promise<BufferScope> {
  const place = location === null ? null : await findLocation(tx, location);
  if (location !== null && place === null) {
    throw new Problem('unknown-location', `There is no location with the code ${location}.`, { location });
  }
  const [item] = sku === null ? [] : await findItemHeads(tx, [sku]);
  if (sku !== null && item === undefined) {
    throw new Problem('unknown-item', `There is no item with the sku ${sku}.`, { sku });
  }
  return { locationId: place?.id ?? null, category, itemId: item?.id ?? null };
}
