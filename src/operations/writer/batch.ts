// The working copy of everything a batch has locked: operations read and change it, flush.ts writes it.
// Pure memory: no statement, no clock. Each command is all-or-nothing: what a refused one did is taken back.
import { availableWith } from '../../domain/buffer.ts';
import type { EventType } from '../../domain/event.ts';
import type { ItemHead } from '../../domain/item.ts';
import { governs, type Level, movesOnHand, ON_HAND_MAX } from '../../domain/level.ts';
import type { LocationRecord } from '../../domain/location.ts';
import type { NewMovement } from '../../domain/movement.ts';
import { occurrenceOf } from '../../domain/occurred.ts';
import { Problem } from '../../domain/problem.ts';
import type { Reservation, ReservationLine } from '../../domain/reservation.ts';
import type { Comparison } from '../../queries/countConflicts.ts';
import type { RecordedFact } from '../../queries/movements.ts';
import { type ReservationName, reservationNameKey } from '../../queries/reservationNames.ts';
import type { Transition } from '../../queries/reservationWrites.ts';
import { type Drift, factKey, type Loaded, levelKey, sumKey } from './loaded.ts';
import { OrderReferenceBook } from './orderReferenceBook.ts';
import { type Actor, type Outcome, RefusalWithEffect } from './outcome.ts';
import { TellingBook } from './tellingBook.ts';
import { TransferBook } from './transferBook.ts';

export type ReservationEvent = { type: EventType; reservation: Reservation; data: Record<string, unknown> };

const NO_DRIFT: Drift = { onHand: 0, reserved: 0, incoming: 0 };

type Undo = () => void;

export class Batch {
  readonly now: Date;
  readonly attempt: number;
  readonly movements: NewMovement[] = [];
  /** Counts of one level by two sources. */
  readonly comparisons: Comparison[] = [];
  readonly transitions: Transition[] = [];
  readonly reservationEvents: ReservationEvent[] = [];
  readonly made = new Set<Reservation>();
  readonly changed = new Set<Reservation>();
  /** Lines that reservations got after they were made. */
  readonly addedLines = new Set<{ of: Reservation; line: ReservationLine }>();
  /** Changed levels with the reason that the event tells, and the state before the batch. */
  readonly changedLevels = new Map<Level, { reason: string; before: { onHand: number; reserved: number } }>();
  readonly transfers: TransferBook;
  readonly orderReferences: OrderReferenceBook;
  readonly tellings: TellingBook;
  readonly #loaded: Loaded;
  /** Null outside a command: there nothing may change. */
  #undo: Undo[] | null = null;
  #touched = new Set<object>();
  /** Levels that were stored with the buffer of other rules than those that hold. */
  readonly #unapplied = new Set<Level>();

  constructor(loaded: Loaded) {
    this.#loaded = loaded;
    this.tellings = new TellingBook(loaded.tellings, (undo) => this.#later(undo));
    this.now = loaded.now;
    this.attempt = loaded.attempt;
    this.transfers = new TransferBook(loaded.transfers, loaded.now, (undo) => this.#later(undo));
    this.orderReferences = new OrderReferenceBook(loaded.orderReferences, (undo) => this.#later(undo));
    // Before anything is decided: what the rules keep is not promised, whether or not they have been applied yet.
    for (const level of loaded.levels.values()) if (this.#setBuffer(level)) this.#unapplied.add(level);
  }

  /** Runs one command; a Problem that it throws undoes its changes. Any other throw is a bug and passes through. */
  run<Value>(decide: () => Value): Outcome<Value> {
    this.#undo = [];
    this.#touched = new Set();
    try {
      return { ok: true, value: decide() };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!(error instanceof RefusalWithEffect)) for (const undo of this.#undo.reverse()) undo();
      return { ok: false, problem: error };
    } finally {
      this.#undo = null;
    }
  }

  item(sku: string): ItemHead {
    const item = this.#loaded.items.get(sku);
    if (item === undefined)
      throw new Problem('unknown-item', `There is no item with the sku ${sku}.`, { sku });
    return item;
  }

  location(code: string): LocationRecord {
    const location = this.#loaded.locations.get(code);
    if (location === undefined) {
      throw new Problem('unknown-location', `There is no location with the code ${code}.`, {
        location: code,
      });
    }
    return location;
  }

  /** The level of an item at a location, or null where there never was any stock. */
  findLevel(item: ItemHead, location: LocationRecord): Level | null {
    return this.#loaded.levels.get(levelKey(item.id, location.id)) ?? null;
  }

  /** The level that a line or a fact refers to: it must have been locked with the batch. */
  levelOf(itemId: number, locationId: number): Level {
    const level = this.#loaded.levels.get(levelKey(itemId, locationId));
    if (level === undefined)
      throw new Error(`level ${itemId}@${locationId} was used without having been locked`);
    return level;
  }

  /** Units of a level that may be promised once so many more are there. */
  availableWith(level: Level, arriving: number): number {
    const { book, categories } = this.#loaded.buffers;
    const place = { ...level, category: categories.get(level.itemId) ?? null };
    return availableWith(book, place, { ...level, silence: level.silenceBuffer }, arriving);
  }

  findReservation(id: string): Reservation | null {
    return this.#loaded.reservations.get(id) ?? null;
  }

  /** The ids of the reservations at a location that answer to an order reference or a pickup code. */
  named(name: ReservationName): readonly string[] {
    return this.#loaded.named.get(reservationNameKey(name)) ?? [];
  }

  findFact(source: string, eventId: string): RecordedFact | null {
    return this.#loaded.facts.get(factKey(source, eventId)) ?? null;
  }

  /** What the movements after `after` add up to: those in the ledger plus those of this batch. */
  sumAfter(level: Level, after: Date): number {
    const recorded = this.#loaded.sumsAfter.get(sumKey(level.itemId, level.locationId, after)) ?? 0;
    let pending = 0;
    for (const m of this.movements) {
      const same = m.itemId === level.itemId && m.locationId === level.locationId;
      if (same && m.onHandDelta !== null && m.occurredAt > after) pending += m.onHandDelta;
    }
    return recorded + pending;
  }

  /** How far a level is from its evidence: as it was when the batch was loaded, or less where the batch mended it. */
  driftOf(level: Level): Drift {
    return this.#loaded.drifts.get(levelKey(level.itemId, level.locationId)) ?? NO_DRIFT;
  }

  /**
   * When what we do ourselves happens to a level: after every count that is known by now. A count may state an
   * instant ahead of our clock; units that leave after it arrived were there to be counted all the same.
   */
  instantFor(level: Level): Date {
    const counted = level.counted?.at;
    return counted === undefined || counted < this.now ? this.now : new Date(counted.getTime() + 1);
  }

  /**
   * When a tablet that was offline says that it was done; null: nobody said, so it is done now. Throws
   * `occurred-in-the-future`, `occurred-too-early`.
   */
  toldAt({ createdAt }: Pick<Reservation, 'createdAt'>, { occurredAt = null }: Actor): Date | null {
    return occurredAt && occurrenceOf(occurredAt, { now: this.now, createdAt });
  }

  /** True where a source of the location is silent; for commands that need `staleness`. */
  isStale(locationId: number): boolean {
    return this.#loaded.staleLocations.has(locationId);
  }

  /** True for a plan that has become reservations, before this batch or in it. */
  isPlanTaken(planId: string): boolean {
    return this.#loaded.takenPlans.has(planId) || [...this.made].some((made) => made.planId === planId);
  }

  add(reservation: Reservation): void {
    this.#loaded.reservations.set(reservation.id, reservation);
    this.made.add(reservation);
    this.#later(() => {
      this.#loaded.reservations.delete(reservation.id);
      this.made.delete(reservation);
    });
  }

  /** Another line of a reservation that has been declared to change; in its place by sku, as they are read. */
  addLine(reservation: Reservation, line: ReservationLine): void {
    const added = { of: reservation, line };
    const place = reservation.lines.findIndex(({ sku }) => sku > line.sku);
    reservation.lines.splice(place === -1 ? reservation.lines.length : place, 0, line);
    this.addedLines.add(added);
    this.#later(() => {
      reservation.lines.splice(reservation.lines.indexOf(line), 1);
      this.addedLines.delete(added);
    });
  }

  /** Declares that a reservation is about to change; call it before the first assignment. */
  change(reservation: Reservation): Reservation {
    if (!this.#firstTouch(reservation)) return reservation;
    const before = copyOf(reservation);
    const wasChanged = this.changed.has(reservation);
    this.changed.add(reservation);
    this.#later(() => {
      for (const [place, line] of reservation.lines.entries()) Object.assign(line, before.lines[place]);
      Object.assign(reservation, before, { lines: reservation.lines });
      if (!wasChanged) this.changed.delete(reservation);
    });
    return reservation;
  }

  /** Holds units for a line of a reservation or of a transfer, or gives them back (negative). */
  reserve(
    level: Level,
    line: Pick<ReservationLine, 'reserved'> & { releasedAt?: Date | null },
    units: number,
    reason: string,
  ): void {
    this.#changeLevel(level, reason);
    level.reserved += units;
    line.reserved += units;
    if (line.releasedAt !== undefined) line.releasedAt = line.reserved === 0 ? this.now : null;
  }

  /** Units are on their way to a level, or not any more (negative). */
  expect(level: Level, units: number): void {
    this.#changeLevel(level, 'transfer');
    level.incoming += units;
  }

  /** Appends a movement to the ledger and applies it to its level, where it occurred after the governing count. */
  move(level: Level, movement: Omit<NewMovement, 'itemId' | 'locationId'>, reason: string): void {
    this.#changeLevel(level, reason);
    if (movement.onHandDelta !== null && movesOnHand(level, movement.occurredAt)) {
      this.#setOnHand(level, level.onHand + movement.onHandDelta);
    }
    this.#append(level, movement);
  }

  /** Appends a count; where it governs, on hand becomes its figure plus all that occurred after it. */
  count(level: Level, movement: Omit<NewMovement, 'itemId' | 'locationId'>): void {
    const count = {
      at: movement.occurredAt,
      rank: movement.sourceRank,
      source: movement.source,
      eventId: movement.eventId,
    };
    this.#changeLevel(level, 'count');
    if (governs(count, level.counted)) {
      this.#setOnHand(level, movement.quantity + this.sumAfter(level, count.at));
      level.counted = count;
      this.#setDrift(level, { ...this.driftOf(level), onHand: 0 });
    }
    this.#append(level, movement);
  }

  /** Notes that two sources counted one level. */
  compare(comparison: Comparison): void {
    this.comparisons.push(comparison);
    this.#later(() => this.comparisons.pop());
  }

  /** Appends a movement that explains on hand as it is, and sets reserved and incoming to what is open. */
  compensate(level: Level, movement: Omit<NewMovement, 'itemId' | 'locationId'>): void {
    this.#changeLevel(level, 'integrity');
    level.reserved -= this.driftOf(level).reserved;
    level.incoming -= this.driftOf(level).incoming;
    this.#setDrift(level, NO_DRIFT);
    this.#append(level, movement);
  }

  /**
   * Stores the buffer that the rules give a level, and the units that silence adds to it (unless given: as many as
   * before). False when it was stored so already: then nothing changes.
   */
  applyBuffer(level: Level, silenceBuffer = level.silenceBuffer): boolean {
    if (silenceBuffer === level.silenceBuffer && !this.#unapplied.has(level)) return false;
    this.#changeLevel(level, 'buffer');
    level.silenceBuffer = silenceBuffer;
    this.#setBuffer(level);
    return true;
  }

  /**
   * Rows are made before their commands are decided. One whose command was refused, and which no rule's task has seen,
   * gets its buffer here, or it would show none until something touches it.
   */
  applyToUntouched(): void {
    for (const level of this.#unapplied) {
      if (level.version === 0 && !this.changedLevels.has(level)) this.run(() => this.applyBuffer(level));
    }
  }

  /** Closes a change of a reservation: a new version, an entry in its history, an event. */
  record(
    reservation: Reservation,
    type: EventType,
    actor: Actor,
    fromStatus: string | null,
    data: Record<string, unknown> = {},
  ): void {
    const occurredAt = this.toldAt(reservation, actor);
    if (fromStatus !== null) reservation.version += 1;
    reservation.updatedAt = this.now;
    this.transitions.push({
      reservationId: reservation.id,
      version: reservation.version,
      type: type.slice('reservation.'.length),
      fromStatus,
      toStatus: reservation.status,
      actor: actor.name,
      occurredAt,
      data: Object.keys(data).length === 0 ? null : data,
    });
    // The event tells the state at this very step, not what later commands of the batch make of it.
    const told = occurredAt === null ? data : { ...data, occurredAt };
    this.reservationEvents.push({ type, reservation: copyOf(reservation), data: told });
    this.#later(() => {
      this.transitions.pop();
      this.reservationEvents.pop();
    });
  }

  /** Tells that a reservation may not be served as promised. It changes nothing: the event tells the version it met. */
  warn(reservation: Reservation, data: { reason: string; lines: readonly { sku: string }[] }): void {
    this.reservationEvents.push({ type: 'reservation.at_risk', reservation: copyOf(reservation), data });
    this.#later(() => this.reservationEvents.pop());
  }

  #append(level: Level, movement: Omit<NewMovement, 'itemId' | 'locationId'>): void {
    const entry = { ...movement, itemId: level.itemId, locationId: level.locationId };
    this.movements.push(entry);
    const key = factKey(movement.source, movement.eventId);
    this.#loaded.facts.set(key, entry);
    this.#later(() => {
      this.movements.pop();
      this.#loaded.facts.delete(key);
    });
    this.tellings.keep(level.itemId, movement);
  }

  #setOnHand(level: Level, onHand: number): void {
    if (Math.abs(onHand) > ON_HAND_MAX) {
      throw new Problem(
        'level-out-of-range',
        `On hand of ${level.sku} at ${level.location} would be ${onHand}.`,
      );
    }
    level.onHand = onHand;
    this.#setBuffer(level);
  }

  /** True when it was another one. */
  #setBuffer(level: Level): boolean {
    const { book, categories } = this.#loaded.buffers;
    const place = { ...level, category: categories.get(level.itemId) ?? null };
    const rule = book.ruleOf(place);
    const before = { buffer: level.buffer, rule: level.bufferRule };
    level.silenceBuffer = Math.min(level.silenceBuffer, Math.max(0, level.onHand));
    level.bufferRule = rule?.id ?? null;
    level.buffer = book.unitsOf(rule, place, level.onHand) + level.silenceBuffer;
    return level.buffer !== before.buffer || level.bufferRule !== before.rule;
  }

  #setDrift(level: Level, drift: Drift): void {
    const key = levelKey(level.itemId, level.locationId);
    const before = this.#loaded.drifts.get(key);
    if (before === undefined) return;
    this.#loaded.drifts.set(key, drift);
    this.#later(() => this.#loaded.drifts.set(key, before));
  }

  #changeLevel(level: Level, reason: string): void {
    const known = this.changedLevels.get(level);
    if (this.#firstTouch(level)) {
      const before = { ...level };
      this.#later(() => {
        Object.assign(level, before);
        if (known === undefined) this.changedLevels.delete(level);
        else this.changedLevels.set(level, known);
      });
    }
    this.changedLevels.set(level, {
      reason,
      before: known?.before ?? { onHand: level.onHand, reserved: level.reserved },
    });
  }

  #firstTouch(entity: object): boolean {
    if (this.#touched.has(entity)) return false;
    this.#touched.add(entity);
    return true;
  }

  #later(undo: Undo): void {
    if (this.#undo === null) throw new Error('a batch changes only while it runs a command');
    this.#undo.push(undo);
  }
}

/** A copy one level deep, which is all there is: dates and customers are replaced, never changed. */
function copyOf(reservation: Reservation): Reservation {
  return { ...reservation, lines: reservation.lines.map((line) => ({ ...line })) };
}
