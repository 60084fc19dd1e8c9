// What became of one description that was sent to be kept. Knows nothing of what is described.
import type { Problem } from './problem.ts';

export type Saved<Kept> =
  | { outcome: 'created' | 'updated' | 'unchanged'; record: Kept }
  /** Refused by itself: its neighbours in the batch are not concerned. */
  | { outcome: 'rejected'; problem: Problem };

/** Called under the lock with the version that is there now (null: nothing is); throws a Problem to refuse the write. */
export type Guard = (versionNow: number | null) => void;
