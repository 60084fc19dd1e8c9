// What the stock of a shop must be, said a second time and naively: facts are sorted and replayed from the start,
// reserved follows from where each order stands. Shares no code with what it judges; slow, and only for small shops.

import {
  allow,
  cancel,
  comingsAndGoings,
  endTaken,
  expire,
  extend,
  isDue,
  isOpen,
  type Line,
  left,
  liesUnwanted,
  lineOf,
  losses,
  newLine,
  newOrder,
  type Order,
  out,
  putBack,
  Refusal,
  ready,
  refuse,
  refuseIf,
  reopen,
  showCode,
  start,
  stillReserved,
  type Telling,
  tell as tellLine,
  wanted,
} from './oracleOrder.ts';

/** What every reported fact tells. */
export type Told = {
  source: string;
  eventId: string;
  sku: string;
  location: string;
  /** Milliseconds since 1970. */
  at: number;
};
/** Between counts of one instant the higher rank governs; 0 unless given. */
export type Fact = Told & ({ delta: number } | { count: number; rank?: number });

/** On hand after replaying all that had happened by `until`. A movement at a count's very instant was counted. */
export function replay(facts: readonly Fact[], until = Number.POSITIVE_INFINITY): number {
  const seen = new Map(facts.map((fact) => [`${fact.source} ${fact.eventId}`, fact]));
  const inOrder = [...seen.values()].filter(({ at }) => at <= until).sort(compare);
  return inOrder.reduce((onHand, fact) => ('count' in fact ? fact.count : onHand + fact.delta), 0);
}

function compare(a: Fact, b: Fact): number {
  if (a.at !== b.at) return a.at - b.at;
  if ('count' in a !== 'count' in b) return 'count' in a ? 1 : -1;
  const [rankOfA, rankOfB] = [a, b].map((fact) => ('count' in fact ? (fact.rank ?? 0) : 0));
  if (rankOfA !== rankOfB) return (rankOfA ?? 0) - (rankOfB ?? 0);
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return a.eventId < b.eventId ? -1 : 1;
}

/** When a tablet that was offline says that it was done; null: now. */
type Late = { at: number | null };

export type Command =
  | { do: 'reserve'; id: string; location: string; lines: Line[]; ttlSeconds: number }
  | { do: 'confirm'; id: string; reference: string }
  | { do: 'extend'; id: string; ttlSeconds: number }
  | ({ do: 'start'; id: string; staff: string; takeOver: boolean } & Late)
  | ({ do: 'pick'; id: string; lines: { sku: string; picked: number; missing: number }[] } & Late)
  | ({ do: 'substitute'; id: string; location: string; sku: string; by: Line } & Late)
  | ({ do: 'ready'; id: string; deadlineAt: number } & Late)
  | ({ do: 'collect'; id: string; rightCode: boolean; lines: Line[] | null } & Late)
  | ({ do: 'refuse'; id: string; lines: Line[] | null } & Late)
  | ({ do: 'return'; id: string; lines: (Line & { damaged: boolean })[] } & Late)
  | ({ do: 'cancel' | 'putBack' | 'reopen'; id: string } & Late)
  | { do: 'expire'; id: string }
  | {
      do: 'move';
      type: 'sale' | 'return' | 'receipt';
      fact: Told;
      quantity: number;
      reservation: string | null;
    }
  | { do: 'count'; fact: Told; onHand: number; expected: number | null };

const SKEW_MILLISECONDS = 60_000;
const LATE_MILLISECONDS = 7 * 86_400_000;

export class Oracle {
  readonly facts: Fact[] = [];
  readonly orders = new Map<string, Order>();
  #reported = new Map<string, string>();
  #past: { at: number; orders: Order[] }[] = [];

  /** Predicts what becomes of commands that one batch decides at `now`: 'ok', 'duplicate' or a problem's code. */
  decide(commands: readonly Command[], now: number): string[] {
    this.#endDueHoldsInTheWayOf(commands, now);
    const outcomes = commands.map((command) => this.#try(command, now));
    this.#past.push({ at: now, orders: structuredClone([...this.orders.values()]) });
    return outcomes;
  }

  onHand(sku: string, location: string, at = Number.POSITIVE_INFINITY): number {
    return replay(this.#factsOf(sku, location), at);
  }

  /** Units that lines hold, those of due holds too unless `now` is given. */
  reserved(sku: string, location: string, now = Number.NEGATIVE_INFINITY): number {
    return reservedIn([...this.orders.values()], sku, location, now);
  }

  /** What was reserved at an instant between the first decision and the last. */
  reservedAt(sku: string, location: string, at: number): number {
    const last = this.#past.findLast((state) => state.at <= at);
    return reservedIn(last?.orders ?? [], sku, location, at);
  }

  #factsOf(sku: string, location: string): Fact[] {
    return [...this.facts, ...this.#told()].filter((fact) => fact.sku === sku && fact.location === location);
  }

  #available(sku: string, location: string): number {
    return this.onHand(sku, location) - this.reserved(sku, location);
  }

  #endDueHoldsInTheWayOf(commands: readonly Command[], now: number): void {
    const wanted = commands.flatMap((command) => {
      if (command.do === 'reserve') return command.lines.map(({ sku }) => `${sku}@${command.location}`);
      if (command.do === 'substitute') return [`${command.by.sku}@${command.location}`];
      if (command.do !== 'confirm') return [];
      const order = this.orders.get(command.id);
      return order?.lines.map(({ sku }) => `${sku}@${order.location}`) ?? [];
    });
    // Who names a hold that is due finds it expired; only the sweeper's own command ends it itself.
    const named = new Set(
      commands.map((command) => {
        if (command.do === 'move') return command.reservation;
        return 'id' in command && command.do !== 'reserve' && command.do !== 'expire' ? command.id : null;
      }),
    );
    for (const order of this.orders.values()) {
      if (isDue(order, now) && named.has(order.id)) order.status = 'expired';
      const holds = order.lines.filter((line) => stillReserved(order, line) > 0);
      if (isDue(order, now) && holds.some(({ sku }) => wanted.includes(`${sku}@${order.location}`)))
        order.status = 'expired';
    }
  }

  /** All or nothing: a refused command leaves everything as it was, but for a counted wrong code. */
  #try(command: Command, now: number): string {
    const facts = this.facts.length;
    const order = 'id' in command ? this.orders.get(command.id) : this.#named(command);
    const before = structuredClone(order);
    try {
      return this.#decide(command, now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.facts.length = facts;
      if (before !== undefined && error.message !== 'wrong-pickup-code') this.orders.set(before.id, before);
      return error.message;
    }
  }

  #named(command: Command): Order | undefined {
    return 'reservation' in command ? this.orders.get(command.reservation ?? '') : undefined;
  }

  #decide(command: Command, now: number): string {
    if (command.do === 'move') return this.#move(command, now);
    if (command.do === 'count') return this.#count(command, now);
    if (command.do === 'reserve') this.#reserve(command, now);
    else this.#moveOrder(command, now);
    return 'ok';
  }

  #moveOrder(command: Exclude<Command, { do: 'move' | 'count' | 'reserve' }>, now: number): void {
    const order = this.orders.get(command.id);
    if (order === undefined) refuseIf(command.do !== 'expire', 'unknown-reservation');
    else if (command.do === 'confirm') this.#confirm(order, command.reference);
    else if (command.do === 'expire') expire(order, now);
    else if (command.do === 'extend') extend(order, command.ttlSeconds, now);
    else this.#work(order, command, now);
  }

  /** What a store's staff do, perhaps told later. Whether it can have been then is asked first. */
  #work(order: Order, command: Extract<Command, Late>, now: number): void {
    const { at } = command;
    const when = { now, at };
    credible(order, when);
    if (command.do === 'pick') this.#pick(order, command.lines, when);
    else if (command.do === 'collect') this.#collect(order, command.rightCode, command.lines, when);
    else if (command.do === 'return') this.#return(order, command.lines, when);
    else if (command.do === 'substitute') this.#substitute(order, command.sku, command.by);
    else if (command.do === 'start') start(order, command.staff, command.takeOver);
    else if (command.do === 'ready') ready(order, command.deadlineAt);
    else if (command.do === 'reopen') reopen(order);
    else if (command.do === 'refuse') refuse(order, command.lines);
    else if (command.do === 'cancel') cancel(order);
    else putBack(order);
  }

  #substitute(order: Order, sku: string, by: Line): void {
    allow(order, 'picking');
    refuseIf(lineOf(order, sku).missing === 0, 'nothing-to-substitute');
    refuseIf(
      order.lines.some((line) => line.sku === by.sku),
      'line-exists',
    );
    refuseIf(this.#available(by.sku, order.location) < by.quantity, 'insufficient-stock');
    order.lines.push(newLine(by));
  }

  #reserve(command: Extract<Command, { do: 'reserve' }>, now: number): void {
    const { id, location, lines, ttlSeconds } = command;
    const short = lines.some(({ sku, quantity }) => this.#available(sku, location) < quantity);
    refuseIf(short, 'insufficient-stock');
    this.orders.set(id, newOrder({ id, location, createdAt: now }, lines, now + ttlSeconds * 1_000));
  }

  #confirm(order: Order, reference: string): void {
    // A till sold all of it while it was held: the shop's word comes after.
    const isSoldHold = order.status === 'collected' && !order.wasConfirmed;
    const ordered = ['confirmed', 'picking', 'ready', 'collected'].includes(order.status) && !isSoldHold;
    if (ordered && order.reference === reference) return;
    if (!isSoldHold) allow(order, 'held', 'expired');
    refuseIf(order.wasConfirmed, 'invalid-transition');
    if (order.status === 'expired') {
      const short = order.lines.some(
        (line) => wanted(line) > 0 && this.#available(line.sku, order.location) < wanted(line),
      );
      refuseIf(short, 'reservation-expired');
    }
    const taken = [...this.orders.values()].some((o) => o !== order && o.reference === reference);
    refuseIf(taken, 'order-reference-taken');
    Object.assign(order, { status: 'confirmed', reference, wasConfirmed: true, expiresAt: null });
    endTaken(order);
  }

  #pick(order: Order, lines: { sku: string; picked: number; missing: number }[], when: When): void {
    allow(order, 'picking');
    for (const { sku, picked, missing } of lines) {
      const line = lineOf(order, sku);
      refuseIf(picked + missing > line.quantity, 'units-not-here');
      // Nobody finds what a till sold: it is not missing, whatever is said by who had not heard of it.
      const gone = Math.min(missing, Math.max(line.missing, line.quantity - out(line) - picked));
      if (gone !== line.missing)
        line.misses.push({ at: this.#instant(order, sku, when), units: gone - line.missing });
      Object.assign(line, { picked, missing: gone });
    }
    endTaken(order);
  }

  #collect(order: Order, rightCode: boolean, lines: Line[] | null, when: When): void {
    const toldByTill = order.status === 'collected' && order.lines.some((line) => left(line) > 0);
    if (!toldByTill) allow(order, 'ready');
    showCode(order, rightCode && order.wasConfirmed, when.now);
    for (const line of order.lines) {
      const units = lines === null ? left(line) : (lines.find(({ sku }) => sku === line.sku)?.quantity ?? 0);
      refuseIf(units > left(line), 'units-not-here');
      if (units > 0) this.#seen(order, line.sku, { what: 'out', units, damaged: false }, when);
    }
    for (const { sku } of lines ?? []) lineOf(order, sku);
    endTaken(order);
    order.wrongCodes = 0;
  }

  #return(order: Order, lines: (Line & { damaged: boolean })[], when: When): void {
    allow(order, 'ready', 'collected', 'cancelled', 'expired');
    for (const { sku, quantity, damaged } of lines) {
      const line = lineOf(order, sku);
      refuseIf(quantity > out(line) - line.returned, 'units-not-here');
      this.#seen(order, sku, { what: 'back', units: quantity, damaged }, when);
    }
  }

  #seen(order: Order, sku: string, told: Pick<Telling, 'what' | 'units' | 'damaged'>, when: When): void {
    tellLine(lineOf(order, sku), { ...told, who: 'counter', at: this.#instant(order, sku, when) });
  }

  /** When something happened: as staff told, or, as Comptoir itself saw it, after every count that it knows. */
  #instant(order: Order, sku: string, when: When): number {
    const { location } = order;
    const told = credible(order, when);
    if (told !== null) return told;
    const counts = this.facts.filter(
      (fact) => 'count' in fact && fact.sku === sku && fact.location === location,
    );
    return Math.max(when.now, ...counts.map((count) => count.at + 1));
  }

  /** What counter and tills told of the orders' lines. */
  #told(): Fact[] {
    return [...this.orders.values()].flatMap(({ id, location, lines }) =>
      lines.flatMap((line) =>
        [...comingsAndGoings(line), ...losses(line)].map(({ at, delta }, unit) => ({
          ...{ source: 'comptoir', eventId: `${id} ${line.sku} ${unit}` },
          ...{ sku: line.sku, location, at, delta },
        })),
      ),
    );
  }

  #move(told: Extract<Command, { do: 'move' }>, now: number): string {
    const { type, fact, quantity, reservation } = told;
    const what = JSON.stringify([type, quantity, reservation]);
    if (this.#isRepeated(fact, what)) return 'duplicate';
    refuseIf(fact.at > now + SKEW_MILLISECONDS, 'occurred-in-the-future');
    const isOfLine = this.#toldOfLine(told);
    if (!isOfLine) this.facts.push({ ...fact, delta: type === 'sale' ? -quantity : quantity });
    this.#reported.set(nameOf(fact), tell(fact, what));
    return 'ok';
  }

  /** True for a sale or return of a reservation: the counter may have told of it, or tell of it later. */
  #toldOfLine({ type, fact, quantity: units, reservation }: Extract<Command, { do: 'move' }>): boolean {
    if (reservation === null) return false;
    const order = this.orders.get(reservation);
    if (order === undefined || order.location !== fact.location) throw new Refusal('unknown-reservation');
    const line = lineOf(order, fact.sku);
    if (type === 'receipt') return false;
    const outBefore = out(line);
    const what = type === 'sale' ? 'out' : 'back';
    tellLine(line, { who: 'till', what, units, at: fact.at, damaged: false });
    if (type === 'return') return true;
    order.soldWhileGone ||= !isOpen(order) && !order.putBackPending;
    if (out(line) > outBefore) endTaken(order);
    // What was to be put back can be what the till sold.
    if (out(line) > outBefore && !liesUnwanted(order)) order.putBackPending = false;
    return true;
  }

  #count({ fact, onHand, expected }: Extract<Command, { do: 'count' }>, now: number): string {
    const what = JSON.stringify(['count', onHand]);
    if (this.#isRepeated(fact, what)) return 'duplicate';
    refuseIf(fact.at > now + SKEW_MILLISECONDS, 'occurred-in-the-future');
    refuseIf(expected !== null && expected !== this.onHand(fact.sku, fact.location), 'stale-count');
    this.facts.push({ ...fact, count: onHand });
    this.#reported.set(nameOf(fact), tell(fact, what));
    return 'ok';
  }

  #isRepeated(fact: Told, what: string): boolean {
    const known = this.#reported.get(nameOf(fact));
    if (known === undefined) return false;
    refuseIf(known !== tell(fact, what), 'event-id-reused');
    return true;
  }
}

/** When a command was given, and when it is said to have been done. */
type When = { now: number; at: number | null };

function credible({ createdAt }: Order, { now, at }: When): number | null {
  if (at === null) return null;
  refuseIf(at > now + SKEW_MILLISECONDS, 'occurred-in-the-future');
  refuseIf(at < now - LATE_MILLISECONDS || at < createdAt, 'occurred-too-early');
  return Math.min(at, now);
}

function nameOf({ source, eventId }: Told): string {
  return `${source} ${eventId}`;
}

function tell({ sku, location, at }: Told, what: string): string {
  return `${sku}@${location} ${at} ${what}`;
}

function reservedIn(orders: readonly Order[], sku: string, location: string, now: number): number {
  const lines = orders
    .filter((order) => order.location === location && !isDue(order, now))
    .flatMap((order) => order.lines.map((line) => (line.sku === sku ? stillReserved(order, line) : 0)));
  return lines.reduce((sum, units) => sum + units, 0);
}
