// An event as consumers get it: parsed and encoded at most once, however many receive it.
// Knows where in its window it stands, so that a reader can go on from it; knows no consumer.
import { type EventEnvelope, type EventType, eventId } from './event.ts';
import { boundary, encodeCursor, type Position, type Snapshot } from './feedPosition.ts';

/** The row as it is kept; `data` is JSON text. */
export type EventRow = {
  readonly id: number;
  readonly type: EventType;
  readonly occurredAt: Date;
  readonly location: string | null;
  readonly subject: string;
  readonly version: number;
  readonly data: string;
};

/** The window in which an event was read: what committed after `seen` and until `to`. */
export type EventWindow = {
  readonly epoch: string;
  readonly seen: Snapshot;
  readonly to: Snapshot;
  readonly top: number;
};

export class FeedEvent {
  readonly row: EventRow;
  readonly window: EventWindow;
  #data: Record<string, unknown> | undefined;
  #json: string | undefined;

  constructor(row: EventRow, window: EventWindow) {
    this.row = row;
    this.window = window;
  }

  get type(): EventType {
    return this.row.type;
  }

  get occurredAt(): Date {
    return this.row.occurredAt;
  }

  get location(): string | null {
    return this.row.location;
  }

  get subject(): string {
    return this.row.subject;
  }

  get version(): number {
    return this.row.version;
  }

  get data(): Record<string, unknown> {
    this.#data ??= JSON.parse(this.row.data) as Record<string, unknown>;
    return this.#data;
  }

  /** Where a reader stands that has had this event and everything before it. */
  get position(): Position {
    return positionAt(this.window, this.row.id);
  }

  /** Where a reader stands that has had everything before this event. */
  get positionBefore(): Position {
    return positionAt(this.window, this.row.id - 1);
  }

  get cursor(): string {
    return encodeCursor(this.position);
  }

  envelope(): EventEnvelope {
    return { ...this.#head(), data: this.data };
  }

  /** The envelope as JSON text. The data goes in as it is kept, without being parsed. */
  json(): string {
    this.#json ??= `${JSON.stringify(this.#head()).slice(0, -1)},"data":${this.row.data}}`;
    return this.#json;
  }

  #head(): Omit<EventEnvelope, 'data'> {
    return {
      id: eventId(this.row.id),
      cursor: this.cursor,
      type: this.type,
      occurredAt: this.occurredAt.toISOString(),
      location: this.location,
      subject: this.subject,
      version: this.version,
    };
  }
}

/** After the ids up to `id` of a window. */
export function positionAt({ epoch, seen, to, top }: EventWindow, id: number): Position {
  return { epoch, seen, window: { to, id, top } };
}

/** After the whole window. */
export function positionAfter({ epoch, to }: EventWindow): Position {
  return boundary(epoch, to);
}
