// What the counter and the tills tell of one line of a reservation, and what follows for on hand. One fact is told
// twice, in any order and at any delay: units left at the earliest instant that either side tells, and came back at
// the earliest; what picking missed and a till sold was not lost. Pure; knows no ledger but the entries it is given.
import { OWN_SOURCE } from './movement.ts';

/** What entries are about. The ledger names each by a type of movement, so that its sums by type stay true. */
export type Part = 'out' | 'back' | 'damaged' | 'lost';
export const PART_TYPES = {
  out: 'sale',
  back: 'return',
  damaged: 'damage',
  lost: 'loss',
} as const satisfies Record<Part, string>;

/**
 * Who tells what: `damaged`, of the units returned before it; `missed` and `found`, whoever picks; `corrected`, nobody:
 * it brings an instant right.
 */
export type Tells =
  | 'collected'
  | 'sold'
  | 'returned'
  | 'returnedSold'
  | 'damaged'
  | 'missed'
  | 'found'
  | 'corrected';

/** One entry of the ledger that tells of the line. */
export type LineEntry = {
  part: Part;
  tells: Tells;
  units: number;
  /** What it did to on hand when it was written. */
  onHandDelta: number;
  at: Date;
};

/**
 * Entries of one line after which tills are told to stop: each telling goes through all of them (1,000: 0.3 ms), and who
 * tells that often names one order in every sale.
 */
export const ENTRIES_MAX = 1_000;

/** By how much on hand changes at an instant. */
export type Step = { part: Part; at: Date; units: number };

/** The reason of an entry that takes units away from an instant at which they had been written, or adds them there. */
export const TOLD_AGAIN = 'told_again';
/** How the event id of a damaged unit that came back begins, and not of one that picking found: a sku may be anything. */
const DAMAGED_STEP = /^[^/]+\/[^/]+\/damage\./;
/** And how those of units that picking missed, for whatever reason, and of those that it found again. */
const MISSED_STEP = /^[^/]+\/[^/]+\/missing\//;
const FOUND_STEP = /^[^/]+\/[^/]+\/found\//;

/** What an entry of the ledger that names a reservation tells of its line; null: it is no part of this. */
export function tellsOf({
  source,
  type,
  reason,
  eventId,
}: {
  source: string;
  type: string;
  reason: string | null;
  eventId: string;
}): Pick<LineEntry, 'part' | 'tells'> | null {
  const isOurs = source === OWN_SOURCE;
  const isCorrection = isOurs && reason === TOLD_AGAIN;
  if (type === 'sale')
    return { part: 'out', tells: isCorrection ? 'corrected' : isOurs ? 'collected' : 'sold' };
  if (type === 'return') {
    return { part: 'back', tells: isCorrection ? 'corrected' : isOurs ? 'returned' : 'returnedSold' };
  }
  if (!isOurs) return null;
  if (isCorrection) return { part: type === 'damage' ? 'damaged' : 'lost', tells: 'corrected' };
  if (MISSED_STEP.test(eventId)) return { part: 'lost', tells: 'missed' };
  if (FOUND_STEP.test(eventId)) return { part: 'lost', tells: 'found' };
  return DAMAGED_STEP.test(eventId) ? { part: 'damaged', tells: 'damaged' } : null;
}

type Told = Record<Tells, number>;

/**
 * What the ledger still has to be told: at each instant, what the entries should do to on hand by now, less what they
 * did. Empty: they agree. What can leave of the line is its quantity without what is missing.
 *
 * By an instant there had left: the most that the counter or the tills tell of the line's units, and all that tills
 * told beyond the line. There had come back: the most that either tells, never more than had left. A unit that the
 * counter took back damaged is not on hand again, at no instant, whoever told first that it came back. There had been
 * lost: what picking missed and did not find again, without what tills had sold of it: that is missing no more.
 */
export function missingSteps(
  entries: readonly LineEntry[],
  line: { quantity: number; missing: number },
): Step[] {
  const damagedAmong = damagedUnits(entries);
  const told: Told = { ...NOTHING_TOLD };
  const missed = unitsOf(entries, 'missed') - unitsOf(entries, 'found');
  // Fewer entries than missing units: a transfer did not bring the others, which were never on hand.
  const terms = { ...line, soldOfMissed: Math.max(0, missed - line.missing), damagedAmong };
  const instants = Map.groupBy(entries, ({ at }) => at.getTime());
  const steps: Step[] = [];
  let before = NOTHING;
  for (const [at, group] of [...instants].sort(([a], [b]) => a - b)) {
    const written = { ...NOTHING };
    for (const { part, tells, units, onHandDelta } of group) {
      told[tells] += units;
      written[part] += onHandDelta;
    }
    const effect = effectOf(told, terms);
    for (const part of PARTS) {
      const units = effect[part] - before[part] - written[part];
      if (units !== 0) steps.push({ part, at: new Date(at), units });
    }
    before = effect;
  }
  return steps;
}

const PARTS = ['out', 'back', 'damaged', 'lost'] as const satisfies readonly Part[];
const NOTHING: Readonly<Record<Part, number>> = { out: 0, back: 0, damaged: 0, lost: 0 };
const NOTHING_TOLD: Readonly<Told> = {
  ...{ collected: 0, sold: 0, returned: 0, returnedSold: 0 },
  ...{ damaged: 0, missed: 0, found: 0, corrected: 0 },
};

type Terms = {
  quantity: number;
  missing: number;
  /** Of what was missed: what turned out to be sold. */
  soldOfMissed: number;
  damagedAmong: readonly number[];
};

function effectOf(
  told: Told,
  { quantity, missing, soldOfMissed, damagedAmong }: Terms,
): Record<Part, number> {
  const sold = Math.min(told.sold, quantity - missing);
  const out = Math.max(told.collected, sold) + (told.sold - sold);
  const back = Math.min(Math.max(told.returned, told.returnedSold), out);
  const damaged = damagedAmong[Math.min(back, damagedAmong.length - 1)] ?? 0;
  const away = told.missed - told.found;
  const notLost = Math.max(0, Math.min(soldOfMissed, told.sold + told.missed - quantity, away));
  return { out: 0 - out, back, damaged: 0 - damaged, lost: notLost - away };
}

function unitsOf(entries: readonly LineEntry[], wanted: Tells): number {
  return entries.reduce((sum, { tells, units }) => sum + (tells === wanted ? units : 0), 0);
}

/** How many of the first n units that came back are damaged, for each n: the counter tells it of the latest it took. */
function damagedUnits(entries: readonly LineEntry[]): number[] {
  const isDamaged: boolean[] = [];
  for (const { tells, units } of entries) {
    if (tells === 'returned') isDamaged.push(...Array.from({ length: units }, () => false));
    if (tells !== 'damaged') continue;
    let left = units;
    for (let place = isDamaged.length - 1; place >= 0 && left > 0; place--) {
      if (isDamaged[place] === true) continue;
      isDamaged[place] = true;
      left -= 1;
    }
  }
  const among = [0];
  for (const damaged of isDamaged) among.push((among.at(-1) ?? 0) + (damaged ? 1 : 0));
  return among;
}
