// One order as the oracle sees it: where it stands and which moves it allows. Naive, and shares no code with the API.

export type Line = { sku: string; quantity: number };
/** Somebody tells that units left or came back; `damaged` is the counter's word. */
export type Telling = {
  who: 'counter' | 'till';
  what: 'out' | 'back';
  units: number;
  at: number;
  damaged: boolean;
};
export type OrderLine = Line & {
  picked: number;
  missing: number;
  /** Units that the customer refused, and those of them that are on their shelves again. */
  refused: number;
  refusedBack: number;
  collected: number;
  sold: number;
  returned: number;
  returnedSold: number;
  tellings: Telling[];
  /** What picking missed, and what it found again (below zero). */
  misses: { at: number; units: number }[];
};
export type Order = {
  id: string;
  location: string;
  status: string;
  /** Milliseconds since 1970, as all instants here. */
  expiresAt: number | null;
  lines: OrderLine[];
  createdAt: number;
  wasConfirmed: boolean;
  reference: string | null;
  takenBy: string | null;
  wrongCodes: number;
  lockedUntil: number;
  deadlineAt: number | null;
  putBackPending: boolean;
  /** A till sold units of it while it held none: how much it holds after it is taken again is not in the ledger. */
  soldWhileGone: boolean;
};

const OPEN = ['held', 'confirmed', 'picking', 'ready'];
const LOCK_MILLISECONDS = 15 * 60_000;

/** Refused with this code. */
export class Refusal extends Error {}

export function refuseIf(condition: boolean, code: string): void {
  if (condition) throw new Refusal(code);
}

export function newOrder(
  { id, location, createdAt }: Pick<Order, 'id' | 'location' | 'createdAt'>,
  lines: readonly Line[],
  expiresAt: number,
): Order {
  return {
    id,
    location,
    status: 'held',
    expiresAt,
    lines: lines.map(newLine),
    createdAt,
    wasConfirmed: false,
    reference: null,
    takenBy: null,
    wrongCodes: 0,
    lockedUntil: 0,
    deadlineAt: null,
    putBackPending: false,
    soldWhileGone: false,
  };
}

export function newLine(line: Line): OrderLine {
  return { ...line, ...untouched(), tellings: [], misses: [] };
}

function untouched() {
  return {
    picked: 0,
    missing: 0,
    refused: 0,
    refusedBack: 0,
    collected: 0,
    sold: 0,
    returned: 0,
    returnedSold: 0,
  };
}

/** Somebody tells of units of a line; what this does to on hand is not asked here. */
export function tell(line: OrderLine, telling: Telling): void {
  line.tellings.push(telling);
  const { who, what, units } = telling;
  if (what === 'out' && who === 'counter') line.collected += units;
  else if (what === 'out') {
    // More than there was left of it: what was missing had been sold.
    while (line.missing > 0 && line.sold + units > line.quantity - line.missing) line.missing -= 1;
    line.sold = Math.min(line.quantity - line.missing, line.sold + units);
  } else if (who === 'counter') line.returned += units;
  else line.returnedSold = Math.min(line.quantity, line.returnedSold + units);
}

/** Unit by unit: when it left and, of those fit for sale, when it came back. */
export function comingsAndGoings({
  tellings,
  quantity,
  missing,
}: OrderLine): { at: number; delta: 1 | -1 }[] {
  const timesOf = (who: Telling['who'], what: Telling['what']) =>
    tellings
      .filter((telling) => telling.who === who && telling.what === what)
      .flatMap(({ units, at }) => Array.from({ length: units }, () => at))
      .sort((a, b) => a - b);
  const sales = timesOf('till', 'out');
  const ofLine = earliest(timesOf('counter', 'out'), sales.slice(0, quantity - missing));
  const gone = [...ofLine, ...sales.slice(quantity - missing)].sort((a, b) => a - b);
  const damaged = tellings
    .filter(({ who, what }) => who === 'counter' && what === 'back')
    .flatMap((telling) => Array.from({ length: telling.units }, () => telling.damaged));
  // What has not left yet cannot be back.
  const back = earliest(timesOf('counter', 'back'), timesOf('till', 'back'))
    .slice(0, gone.length)
    .map((at, unit) => Math.max(at, gone[unit] ?? at))
    .filter((_, unit) => damaged[unit] !== true);
  return [
    ...gone.map((at) => ({ at, delta: -1 as const })),
    ...back.map((at) => ({ at, delta: 1 as const })),
  ];
}

/** What was lost, and that it had been sold instead: once as many were missed and sold as the line never had. */
export function losses({ misses, missing, quantity, tellings }: OrderLine): { at: number; delta: number }[] {
  const found = misses.reduce((sum, { units }) => sum + units, 0) - missing;
  const sales = tellings.filter(({ who, what }) => who === 'till' && what === 'out');
  const instants = [...new Set([...misses, ...sales].map(({ at }) => at))].sort((a, b) => a - b);
  let before = 0;
  return instants.map((instant) => {
    const until = misses.filter(({ at }) => at <= instant);
    const gone = until.reduce((sum, { units }) => sum + units, 0);
    const everMissed = until.reduce((sum, { units }) => sum + Math.max(0, units), 0);
    const sold = sales.reduce((sum, { at, units }) => sum + (at <= instant ? units : 0), 0);
    const lost = gone - Math.max(0, Math.min(found, gone, everMissed + sold - quantity));
    const delta = before - lost;
    before = lost;
    return { at: instant, delta };
  });
}

/** Two people tell of the same units: each unit at the earlier of its two times. */
function earliest(some: readonly number[], others: readonly number[]): number[] {
  return Array.from({ length: Math.max(some.length, others.length) }, (_, unit) =>
    Math.min(some[unit] ?? Number.POSITIVE_INFINITY, others[unit] ?? Number.POSITIVE_INFINITY),
  );
}

export function isOpen(order: Order): boolean {
  return OPEN.includes(order.status);
}

export function isDue(order: Order, now: number): boolean {
  return order.status === 'held' && order.expiresAt !== null && order.expiresAt <= now;
}

/** Units that left the store: the counter and the till tell of the same ones. */
export function out(line: OrderLine): number {
  return Math.max(line.collected, line.sold);
}

/** Units that the customer still waits for. */
export function wanted(line: OrderLine): number {
  return Math.max(0, line.quantity - line.missing - line.refused - out(line));
}

/** Units that the counter has not told of. */
export function left(line: OrderLine): number {
  return line.quantity - line.missing - line.refused - line.collected;
}

/**
 * An open order holds all that it has not handed over or missed, also what was refused until it is put back; so does
 * one whose units lie ready on a shelf.
 */
export function stillReserved(order: Order, line: OrderLine): number {
  if (!isOpen(order) && !order.putBackPending) return 0;
  return Math.max(0, line.quantity - line.missing - out(line) - line.refusedBack);
}

/** Units lie on its shelf that its customer does not come for. */
export function liesUnwanted(order: Order): boolean {
  const kept = (line: OrderLine) => (isOpen(order) ? wanted(line) : 0);
  return order.lines.some((line) => stillReserved(order, line) > kept(line));
}

/** Whoever says the last word of it: what the customer has, and waits for no more of, is collected. */
export function endTaken(order: Order): void {
  const waits = order.lines.some((line) => wanted(line) > 0);
  const has = order.lines.some((line) => out(line) > 0);
  if (isOpen(order) && has && !waits) order.status = 'collected';
}

export function lineOf(order: Order, sku: string): OrderLine {
  const line = order.lines.find((candidate) => candidate.sku === sku);
  if (line === undefined) throw new Refusal('unknown-line');
  return line;
}

export function allow(order: Order, ...statuses: string[]): void {
  refuseIf(!statuses.includes(order.status), 'invalid-transition');
}

export function extend(order: Order, ttlSeconds: number, now: number): void {
  allow(order, 'held');
  order.expiresAt = now + ttlSeconds * 1_000;
}

export function cancel(order: Order): void {
  allow(order, ...OPEN);
  order.putBackPending = order.status === 'ready';
  order.status = 'cancelled';
}

export function expire(order: Order, now: number): void {
  const overdue = order.status === 'ready' && order.deadlineAt !== null && order.deadlineAt <= now;
  if (!overdue && !isDue(order, now)) return;
  order.status = 'expired';
  order.putBackPending = overdue;
}

export function putBack(order: Order): void {
  allow(order, 'ready', 'collected', 'cancelled', 'expired');
  refuseIf(!order.putBackPending, 'nothing-to-put-back');
  order.putBackPending = false;
  for (const line of order.lines) line.refusedBack = line.refused;
}

export function reopen(order: Order): void {
  allow(order, 'ready');
  refuseIf(
    order.lines.some(({ collected, refused }) => collected + refused > 0),
    'invalid-transition',
  );
  Object.assign(order, { status: 'picking', deadlineAt: null, takenBy: 'Zoe' });
}

/** Null: all that is left. */
export function refuse(order: Order, lines: readonly Line[] | null): void {
  allow(order, 'ready');
  for (const { sku, quantity } of lines ?? order.lines.map((line) => ({ ...line, quantity: wanted(line) }))) {
    const line = lineOf(order, sku);
    refuseIf(quantity > wanted(line), 'units-not-here');
    line.refused += quantity;
  }
  order.putBackPending = true;
  endTaken(order);
  if (isOpen(order) && order.lines.every((line) => wanted(line) === 0)) order.status = 'cancelled';
}

export function start(order: Order, staff: string, takeOver: boolean): void {
  allow(order, 'confirmed', 'picking');
  refuseIf(order.status === 'picking' && order.takenBy !== staff && !takeOver, 'already-taken');
  Object.assign(order, { status: 'picking', takenBy: staff });
}

export function ready(order: Order, deadlineAt: number): void {
  allow(order, 'picking');
  const undone = order.lines.some((line) => line.picked + line.missing + line.sold < line.quantity);
  refuseIf(undone, 'lines-not-picked');
  const nothing = order.lines.every((line) => line.picked === 0);
  refuseIf(nothing, 'nothing-picked');
  Object.assign(order, { status: 'ready', deadlineAt });
}

export function showCode(order: Order, isRight: boolean, now: number): void {
  refuseIf(order.lockedUntil > now, 'pickup-locked');
  if (isRight) return;
  order.wrongCodes = (order.wrongCodes + 1) % 5;
  if (order.wrongCodes === 0) order.lockedUntil = now + LOCK_MILLISECONDS;
  throw new Refusal('wrong-pickup-code');
}
