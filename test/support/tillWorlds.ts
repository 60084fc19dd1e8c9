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
  /** Units handed over, and of them units that came back. */
  units: number;
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

/** Null where this cannot happen: in a live world nobody brings back at a till what has not left. */
export function expected(world: World, order: readonly Message[]): Expected | null {
  let isOut = false;
  let status: Expected['status'] = 'ready';
  let handOver = Number.POSITIVE_INFINITY;
  let cameBack = Number.POSITIVE_INFINITY;
  let counted = Number.POSITIVE_INFINITY;
  let isKnownDamaged = false;
  const outcomes: Expected['outcomes'] = [];
  const told = order.map((message, place) => {
    const told = message === 'sale again' ? order.indexOf('sale') : place;
    return { message, minute: minuteOf(world, message, told) };
  });
  for (const { message, minute } of told) {
    let outcome: Expected['outcomes'][number] = 'ok';
    if (message === 'sale' || message === 'collect') {
      const mayCollect = status === 'ready' || (status === 'collected' && message === 'collect');
      if (message === 'sale' || mayCollect) {
        isOut = true;
        handOver = Math.min(handOver, minute);
        if (status === 'ready' && world.units === world.quantity) status = 'collected';
      } else outcome = 'refused';
    } else if (message === 'sale again') outcome = 'duplicate';
    else if (message === 'till return') {
      if (!isOut && world.kind === 'live') return null;
      cameBack = Math.min(cameBack, minute);
    } else if (message === 'counter return') {
      if (isOut) {
        cameBack = Math.min(cameBack, minute);
        isKnownDamaged = world.damaged;
      } else outcome = 'refused';
    } else if (message === 'cancel') {
      if (status === 'ready') status = 'cancelled';
      else outcome = 'refused';
    } else counted = minute;
    outcomes.push(outcome);
  }
  const shelf = (minute: number, damaged: number) =>
    (minute >= handOver ? -world.units : 0) + (minute >= cameBack ? world.back - damaged : 0);
  // Who counts sees what is fit for sale, whether or not the counter has told; what was never told stays unknown.
  const damagedInTruth = world.damaged && (world.kind === 'late' || isKnownDamaged) ? world.back : 0;
  const damagedAsTold = isKnownDamaged ? world.back : 0;
  const seen = SHELF + shelf(counted, damagedInTruth);
  return {
    told: told.map((each) => ({ ...each, onHand: seen })),
    outcomes,
    status,
    onHandAt: (minute) =>
      minute < counted
        ? SHELF + shelf(minute, damagedAsTold)
        : seen + shelf(minute, damagedAsTold) - shelf(counted, damagedAsTold),
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
    { quantity: 2, units: 2, back: 2 },
    { quantity: 2, units: 2, back: 1 },
    { quantity: 3, units: 2, back: 1 },
  ];
  return lines.flatMap((line) =>
    [false, true].flatMap((damaged) => kinds.map((kind) => ({ ...line, ...kind, damaged }))),
  );
}
