// Ends a rule: from its commit on no batch decides by it; the levels that show it are gone through afterwards.
import type { Guard } from '../domain/saved.ts';
import { findRule, lockRules, raiseRulesVersion, removeRule, type StoredRule } from '../queries/buffers.ts';
import { addRuleTask } from '../queries/bufferTasks.ts';
import type { Tx } from '../queries/transaction.ts';

/** False where there is no such rule, or none that `admit` lets through. Throws what the guard does. */
export async function removeBuffer(
  tx: Tx,
  id: string,
  { admit, guard }: { admit: (rule: StoredRule) => boolean; guard: Guard },
  now: Date,
): Promise<boolean> {
  await lockRules(tx);
  const rule = await findRule(tx, id);
  if (rule === null || !admit(rule)) return false;
  guard(rule.version);
  const scope = await removeRule(tx, id);
  if (scope === null) return false;
  await raiseRulesVersion(tx, now);
  await addRuleTask(tx, scope, null);
  return true;
}
