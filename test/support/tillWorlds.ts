// What happened in a shop around one reservation, as a person who stood there saw it, and every order in which counter,
// till and a person who counts may tell of it. Owns the expectation; shares no code with what it judges.

export const MESSAGES = [
  'collect',
  'sale',
  'sale again',
  'till return',
  'counter return',
  'cancel',
  'count',
] as const;
export type Message = (typeof MESSAGES)[number];

/** `late`: all of it happened before anybody told. `live`: each thing happens when it is told first. */
export type World = {
  kind: 'late' | 'live';
  quantity: number;
  /** Units handed over at the counter, of them units that the till rings up, and units that come back. */
  units: number;
  rung: number;
  back: number;
  damaged: boolean;
  /** In a late world: when somebody counted. */
  counted: 'before' | 'between' | 'after';
};

/** Minutes before the first message. */
const HAPPENED = { before: -90, handOver: -60, between: -45, cameBack: -30, after: -15 };
export const MINUTES_APART = 10;
export const SHELF = 10;

/** Every order of the messages. A sale told again is the same message: it comes after the first. */
export function orders(messages: readonly Message[]): Message[][] {
  if (messages.length === 0) return [[]];
  const next = messages.filter((message) => message !== 'sale again' || !messages.includes('sale'));
  return next.flatMap((first) =>
    orders(messages.filter((message) => message !== first)).map((rest) => [first, ...rest]),
  );
}

/**
 * Of these orders, as many as it takes that without the till's return, and without the counter's, every order of what
 * is left is among them.
 */
export function enough(all: readonly Message[][]): Message[][] {
  const met = new Set<string>();
  const without = (order: readonly Message[], one: Message) =>
    order.filter((message) => message !== one).join();
  return all.filter((order) => {
    const parts = [without(order, 'till return'), without(order, 'counter return')];
    const isNew = parts.some((part) => !met.has(part));
    for (const part of parts) met.add(part);
    return isNew;
  });
}

/** What one message is told with: minutes after the first message, and for a count what was seen. */
export type Told = { message: Message; minute: number; onHand: number };

export type Expected = {
  told: Told[];
  /** What becomes of each message. */
  outcomes: ('ok' | 'duplicate' | 'refused')[];
  status: 'ready' | 'collected' | 'cancelled';
  /** On hand at a minute, by all that is known in the end. */
  onHandAt(minute: number): number;
};

const NEVER = Number.POSITIVE_INFINITY;

/** Somebody who hears every message, and knows which of them the shop must refuse. */
class Witness {
  status: Expected['status'] = 'ready';
  isKnownDamaged = false;
  counted = NEVER;
  readonly #world: World;
  /** When each unit left, and when units came back, by what was told so far. */
  readonly #left: number[] = [];
  #cameBack = NEVER;

  constructor(world: World) {
    this.#world = world;
  }

  /** Null: this cannot happen. */
  hear(message: Message, minute: number): Expected['outcomes'][number] | null {
    const { units, rung, kind, damaged } = this.#world;
    const isOut = this.#left.length > 0;
    switch (message) {
      case 'sale':
        return this.#leave(rung, minute);
      case 'sale again':
        return 'duplicate';
      case 'collect':
        return this.status === 'cancelled' ? 'refused' : this.#leave(units, minute);
      case 'till return':
        // In a live world nobody brings back what has not left.
        return isOut || kind === 'late' ? this.#comeBack(minute) : null;
      case 'counter return':
        if (!isOut) return 'refused';
        this.isKnownDamaged = damaged;
        return this.#comeBack(minute);
      case 'cancel':
        if (this.status !== 'ready') return 'refused';
        this.status = 'cancelled';
        return 'ok';
      case 'count':
        this.counted = minute;
        return 'ok';
    }
  }

  /** What was on the shelf fit for sale; `damaged`: of what came back. */
  shelfAt(minute: number, damaged: number): number {
    const gone = this.#left.filter((left) => left <= minute).length;
    return SHELF - gone + (this.#cameBack <= minute ? this.#world.back - damaged : 0);
  }

  #leave(units: number, minute: number): 'ok' {
    for (let unit = 0; unit < units; unit++) this.#left[unit] = Math.min(this.#left[unit] ?? NEVER, minute);
    if (this.status === 'ready' && this.#left.length === this.#world.quantity) this.status = 'collected';
    return 'ok';
  }

  #comeBack(minute: number): 'ok' {
    this.#cameBack = Math.min(this.#cameBack, minute);
    return 'ok';
  }
}

/** What must become of this order of messages; null where it cannot happen. */
export function expected(world: World, order: readonly Message[]): Expected | null {
  const witness = new Witness(world);
  const outcomes: Expected['outcomes'] = [];
  const told = order.map((message, place) => {
    const first = message === 'sale again' ? order.indexOf('sale') : place;
    return { message, minute: minuteOf(world, message, first) };
  });
  for (const { message, minute } of told) {
    const outcome = witness.hear(message, minute);
    if (outcome === null) return null;
    outcomes.push(outcome);
  }
  const { status, counted, isKnownDamaged } = witness;
  // Who counts sees what is fit for sale, whether or not the counter has told; what was never told stays unknown.
  const damagedInTruth = world.damaged && (world.kind === 'late' || isKnownDamaged) ? world.back : 0;
  const damagedAsTold = isKnownDamaged ? world.back : 0;
  const seen = witness.shelfAt(counted, damagedInTruth);
  const asTold = (minute: number) => witness.shelfAt(minute, damagedAsTold);
  return {
    told: told.map((each) => ({ ...each, onHand: seen })),
    outcomes,
    status,
    onHandAt: (minute) => (minute < counted ? asTold(minute) : seen + asTold(minute) - asTold(counted)),
  };
}

/** The minute that a message tells. The counter and whoever cancels tell of now. */
function minuteOf({ kind, counted }: World, message: Message, place: number): number {
  if (kind === 'live' || message === 'collect' || message === 'counter return' || message === 'cancel') {
    return place * MINUTES_APART;
  }
  if (message === 'count') return HAPPENED[counted];
  return message === 'till return' ? HAPPENED.cameBack : HAPPENED.handOver;
}

/** All worlds, so that each order meets another one. */
export function worlds(): World[] {
  const kinds = [
    { kind: 'live', counted: 'after' },
    { kind: 'late', counted: 'before' },
    { kind: 'live', counted: 'after' },
    { kind: 'late', counted: 'between' },
    { kind: 'live', counted: 'after' },
    { kind: 'late', counted: 'after' },
  ] as const;
  const lines = [
    { quantity: 2, units: 2, rung: 2, back: 2 },
    { quantity: 2, units: 2, rung: 2, back: 1 },
    { quantity: 3, units: 2, rung: 2, back: 1 },
    // The till rings up one of two. When the other one left, only the counter tells: no late world.
    { quantity: 2, units: 2, rung: 1, back: 1 },
  ];
  const all = lines.flatMap((line) =>
    [false, true].flatMap((damaged) => kinds.map((kind) => ({ ...line, ...kind, damaged }))),
  );
  return all.filter(({ kind, rung, units }) => kind === 'live' || rung === units);
}
