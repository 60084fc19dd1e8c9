// A random day in two small shops: draws become commands that fit where the orders stand, and commands become calls of
// the writer. Owns no prediction (oracle.ts) and no assertion.
import fc from 'fast-check';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { collectReservation } from '../../src/operations/collectReservation.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { extendHold } from '../../src/operations/extendHold.ts';
import { pickLines } from '../../src/operations/pickLines.ts';
import { putBackReservation } from '../../src/operations/putBackReservation.ts';
import { readyReservation } from '../../src/operations/readyReservation.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { refuseLines } from '../../src/operations/refuseLines.ts';
import { reopenReservation } from '../../src/operations/reopenReservation.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { returnLines } from '../../src/operations/returnLines.ts';
import { startPicking } from '../../src/operations/startPicking.ts';
import { substituteLine } from '../../src/operations/substituteLine.ts';
import type { Outcome } from '../../src/operations/writer/outcome.ts';
import type { Command, Told } from './oracle.ts';
import { isOpen, type Order } from './oracleOrder.ts';
import type { StockProcess } from './stockProcess.ts';
import { ACTOR, codeOf, reserveCommand } from './stockRoom.ts';

const MOVES = [
  'confirm',
  'extend',
  'start',
  'pick',
  'substitute',
  'ready',
  'reopen',
  'collect',
  'refuse',
  'return',
  'cancel',
  'expire',
  'putBack',
] as const;
type Move = (typeof MOVES)[number];
type Reported = 'sale' | 'tillReturn' | 'receipt' | 'count';

/** What to do, and numbers from which everything else is chosen when it is known what there is to choose from. */
export type Draw = { what: 'reserve' | 'next' | Move | Reported | 'repeat'; n: number[] };
export type Burst = { waitSeconds: number; draws: Draw[] };

const draw: fc.Arbitrary<Draw> = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('reserve' as const) },
    { weight: 10, arbitrary: fc.constant('next' as const) },
    { weight: 5, arbitrary: fc.constantFrom(...MOVES) },
    { weight: 6, arbitrary: fc.constantFrom('sale', 'tillReturn', 'receipt', 'count', 'repeat') },
  ),
  n: fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }),
});

/** Commands of one burst are decided in one batch; time passes between bursts, and holds live 30 to 149 s. */
export const bursts: fc.Arbitrary<Burst[]> = fc.array(
  fc.record({
    waitSeconds: fc.integer({ min: 1, max: 50 }),
    draws: fc.array(draw, { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 12, maxLength: 36, size: 'max' },
);

export type Shop = {
  skus: readonly string[];
  locations: readonly string[];
  orders: ReadonlyMap<string, Order>;
  /** Facts reported so far. */
  told: readonly Extract<Command, { fact: Told }>[];
  newId(): string;
};

/** The command that a draw stands for in this shop at this instant; null where there is nothing to do it to. */
export function commandOf({ what, n }: Draw, shop: Shop, now: number): Command | null {
  if (what === 'reserve') return reserve(n, shop);
  if (what === 'sale' || what === 'tillReturn' || what === 'receipt' || what === 'count')
    return fact(what, n, shop, now);
  if (what === 'repeat') return repeat(n, shop.told);
  const all = [...shop.orders.values()];
  const orders = what === 'next' ? all.filter(goesOn) : all;
  if (orders.length === 0) return null;
  const order = pick(orders, n[0]);
  return moveOf(what === 'next' ? nextOf(order, n) : what, order, n, shop, now);
}

function pick<T>(list: readonly T[], n: number | undefined): T {
  const found = list[(n ?? 0) % list.length];
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}

function reserve(n: readonly number[], { skus, locations, newId }: Shop): Command {
  const first = n[1] ?? 0;
  const count = 1 + ((n[2] ?? 0) % skus.length);
  const lines = Array.from({ length: count }, (_, i) => ({
    sku: pick(skus, first + i),
    quantity: 1 + ((n[3 + i] ?? 0) % 3),
  }));
  return {
    do: 'reserve',
    id: newId(),
    location: pick(locations, n[0]),
    lines,
    ttlSeconds: 30 + ((n[6] ?? 0) % 120),
  };
}

function fact(what: Reported, n: readonly number[], shop: Shop, now: number): Command {
  const orders = [...shop.orders.values()];
  const order = (n[0] ?? 0) % 2 === 0 || orders.length === 0 ? null : pick(orders, n[1]);
  const sku = order === null || (n[2] ?? 0) % 8 === 0 ? pick(shop.skus, n[2]) : pick(order.lines, n[2]).sku;
  const location = order === null || (n[3] ?? 0) % 8 === 0 ? pick(shop.locations, n[3]) : order.location;
  // Up to two minutes late; one in ten is told by a clock that is ahead, some of them too far.
  const ahead = (n[4] ?? 0) % 10 === 0;
  const at = now + (ahead ? ((n[5] ?? 0) % 80) * 1_000 : -((n[5] ?? 0) % 120) * 1_000);
  const told = { source: pick(['pos', 'wms', 'POS'], n[6]), eventId: shop.newId(), sku, location, at };
  if (what === 'count') {
    return {
      do: 'count',
      fact: told,
      onHand: (n[7] ?? 0) % 9,
      expected: (n[1] ?? 0) % 6 === 0 ? (n[3] ?? 0) % 5 : null,
    };
  }
  const quantity = 1 + ((n[7] ?? 0) % (what === 'receipt' ? 16 : 3));
  const type = what === 'tillReturn' ? 'return' : what;
  return { do: 'move', type, fact: told, quantity, reservation: order?.id ?? null };
}

/** The same again, or another fact under the same event id. */
function repeat(n: readonly number[], told: Shop['told']): Command | null {
  if (told.length === 0) return null;
  const before = pick(told, n[0]);
  if ((n[1] ?? 0) % 4 > 0) return before;
  return before.do === 'count'
    ? { ...before, onHand: before.onHand + 1 }
    : { ...before, quantity: before.quantity + 1 };
}

function goesOn(order: Order): boolean {
  return isOpen(order) || order.putBackPending || !order.wasConfirmed || order.status === 'collected';
}

/** What would usually be done next with an order. */
function nextOf(order: Order, n: readonly number[]): Move {
  if (order.putBackPending && (order.status !== 'ready' || (n[7] ?? 0) % 2 === 0)) return 'putBack';
  const undone = order.lines.some((line) => line.picked + line.missing < line.quantity);
  if (order.status === 'picking' && order.lines.some(lacks) && order.lines.length < 3) return 'substitute';
  const next: Record<string, Move> = {
    held: 'confirm',
    expired: 'confirm',
    confirmed: 'start',
    picking: undone ? 'pick' : 'ready',
    ready: pick(['collect', 'collect', 'refuse', 'reopen'], n[7]),
    collected: order.wasConfirmed ? 'return' : pick(['return', 'confirm'], n[7]),
  };
  return next[order.status] ?? 'return';
}

/** Units of it are missing, and nothing else was offered for them. */
function lacks({ missing }: Order['lines'][number]): boolean {
  return missing > 0;
}

function moveOf(move: Move, order: Order, n: readonly number[], shop: Shop, now: number): Command {
  const { id } = order;
  const some = (at: number, of: number) => (n[at] ?? 0) % of;
  const late = { at: toldAt(order, n, now) };
  const stray = some(7, 12) === 0 ? [{ sku: pick(shop.skus, n[6]), quantity: 1 }] : [];
  switch (move) {
    case 'confirm':
      return { do: move, id, reference: some(1, 10) === 0 ? `shared-${shop.skus[0]}` : `order-${id}` };
    case 'extend':
      return { do: move, id, ttlSeconds: 30 + some(1, 120) };
    case 'start':
      return { do: move, id, staff: pick(['Ana', 'Ben'], n[1]), takeOver: some(2, 3) === 0, ...late };
    case 'pick':
      return { do: move, id, lines: order.lines.map((line, i) => pickedOf(line, n[1 + i] ?? 0)), ...late };
    case 'substitute': {
      // Mostly one that lacks units, if there is one.
      const lacking = order.lines.filter(({ missing }) => missing > 0);
      const { sku } = pick(some(1, 6) === 0 || lacking.length === 0 ? order.lines : lacking, n[2]);
      const by = { sku: pick(shop.skus, n[3]), quantity: 1 + some(4, 3) };
      return { do: move, id, location: order.location, sku, by, ...late };
    }
    case 'ready':
      return { do: move, id, deadlineAt: now + some(1, 200) * 1_000, ...late };
    case 'collect': {
      const part = order.lines.map(({ sku, quantity }, i) => ({ sku, quantity: 1 + some(2 + i, quantity) }));
      return {
        do: move,
        id,
        rightCode: some(1, 4) > 0,
        lines: some(2, 2) === 0 ? null : [...part, ...stray],
        ...late,
      };
    }
    case 'refuse': {
      const some = order.lines.slice(0, 1 + ((n[2] ?? 0) % 2));
      const part = some.map(({ sku, quantity }, i) => ({ sku, quantity: 1 + ((n[3 + i] ?? 0) % quantity) }));
      return { do: move, id, lines: (n[1] ?? 0) % 3 === 0 ? null : [...part, ...stray], ...late };
    }
    case 'return': {
      const { sku, quantity } = pick(order.lines, n[1]);
      const back = { sku, quantity: 1 + some(2, quantity), damaged: some(3, 2) === 0 };
      return { do: move, id, lines: [back, ...stray.map((line) => ({ ...line, damaged: false }))], ...late };
    }
    case 'cancel':
    case 'putBack':
    case 'reopen':
      return { do: move, id, ...late };
    case 'expire':
      return { do: move, id };
  }
}

/** A third of all is told by a tablet that was offline for up to two minutes; some clocks are ahead, or quite wrong. */
function toldAt({ createdAt }: Order, n: readonly number[], now: number): number | null {
  const [a = 0, b = 0] = [n[5], n[6]];
  if (a % 3 > 0) return null;
  if (b % 11 === 0) return now + (b % 90) * 1_000;
  if (b % 13 === 0) return createdAt - 1 - (b % 2) * 8 * 86_400_000;
  return Math.max(createdAt, now - (b % 120) * 1_000);
}

/** Mostly all of a line; sometimes a unit is missing, or was found again, or the figures cannot be. */
function pickedOf({ sku, quantity, missing }: Order['lines'][number], n: number) {
  const change = n % 4 === 0 ? 1 : n % 7 === 0 ? -1 : 0;
  const nowMissing = Math.max(0, Math.min(quantity, missing + change));
  return { sku, picked: n % 13 === 0 ? quantity + 1 : quantity - nowMissing, missing: nowMissing };
}

/** Pickup codes by reservation, unique over all runs, so that no two orders of a store share one. */
const pickupCodes = new Map<string, string>();

function pickupCodeOf(id: string): string {
  const code = pickupCodes.get(id) ?? String(1_000_000 + pickupCodes.size);
  pickupCodes.set(id, code);
  return code;
}

/** Has the writer decide a command. 'ok', 'duplicate', or the problem's code. */
export async function perform(
  process: StockProcess,
  command: Command,
  orders: Shop['orders'],
): Promise<string> {
  const outcome = await outcomeOf(process, command, orders);
  return outcome.ok && outcome.value === 'duplicate' ? 'duplicate' : codeOf(outcome);
}

const anywhere = () => true;

function outcomeOf(
  { one }: StockProcess,
  command: Command,
  orders: Shop['orders'],
): Promise<Outcome<unknown>> {
  if (command.do === 'reserve') {
    const { id, location, lines, ttlSeconds } = command;
    return one(reserveItems, reserveCommand({ id, location, lines, ttlSeconds }));
  }
  if (command.do === 'move') {
    const { type, fact: told, quantity, reservation: reservationId } = command;
    const what = { type, quantity, reservationId, reference: null, actor: ACTOR };
    return one(recordMovements, { ...told, ...what, occurredAt: new Date(told.at), maySee: anywhere });
  }
  if (command.do === 'count') {
    const { fact: told, onHand, expected } = command;
    return one(recordCounts, { ...told, onHand, expected, countedAt: new Date(told.at), maySee: anywhere });
  }
  const occurredAt = 'at' in command && command.at !== null ? new Date(command.at) : null;
  const base = { id: command.id, admit: anywhere, actor: { ...ACTOR, occurredAt } };
  switch (command.do) {
    case 'confirm': {
      const { lines = [], location = '' } = orders.get(command.id) ?? {};
      return one(confirmReservation, {
        ...base,
        levels: lines.map(({ sku }) => ({ sku, location })),
        channel: 'web',
        orderReference: command.reference,
        customer: null,
        payment: null,
        promise: null,
        escalatesAt: null,
        pickupCodes: [pickupCodeOf(command.id)],
      });
    }
    case 'extend':
      return one(extendHold, { ...base, ttlSeconds: command.ttlSeconds });
    case 'start':
      return one(startPicking, { ...base, staff: command.staff, takeOver: command.takeOver });
    case 'pick':
      return one(pickLines, {
        ...base,
        lines: command.lines.map((line) => ({
          ...line,
          reason: line.missing > 0 ? ('not_found' as const) : null,
        })),
      });
    case 'substitute': {
      const { sku, by, location } = command;
      return one(substituteLine, { ...base, sku, by, location, consent: { givenBy: 'customer' } });
    }
    case 'reopen':
      return one(reopenReservation, { ...base, staff: 'Zoe', reason: null });
    case 'refuse':
      return one(refuseLines, { ...base, reason: 'too big', lines: command.lines });
    case 'ready':
      return one(readyReservation, { ...base, shelf: null, pickupDeadlineAt: new Date(command.deadlineAt) });
    case 'collect': {
      const pickupCode = command.rightCode ? pickupCodeOf(command.id) : 'wrong';
      return one(collectReservation, { ...base, proof: { pickupCode }, lines: command.lines });
    }
    case 'return':
      return one(returnLines, {
        ...base,
        lines: command.lines.map(({ damaged, ...line }) => ({
          ...line,
          condition: damaged ? ('damaged' as const) : ('sellable' as const),
        })),
      });
    case 'cancel':
      return one(cancelReservation, { ...base, holdsOnly: false, reason: null });
    case 'putBack':
      return one(putBackReservation, base);
    case 'expire':
      return one(expireReservation, { id: command.id, actor: ACTOR });
  }
}
