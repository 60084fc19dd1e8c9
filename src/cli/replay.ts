// `comptoir replay`: what happened before, printed or sent to an address, from a cursor or an instant on.
import {
  type Command,
  FAILED,
  OK,
  onlyWords,
  readWords,
  SERVER_OPTIONS,
  SERVER_USAGE,
  UsageError,
} from './command.ts';
import { deliver, isDelivered, receiverOf, tellDelivery } from './delivery.ts';
import { type Event, FILTER_OPTIONS, filterOf, goOn, readEvents, show } from './events.ts';
import { serverOf } from './server.ts';

const USAGE = `Usage: npm run comptoir -- replay --after CURSOR|--from INSTANT [options]

Prints past events (GET /v1/events), or sends them as webhooks, and ends where there are no more.

  --after CURSOR  from there on
  --from INSTANT  those that occurred then or later, such as 2026-11-22T08:00:00Z; events are kept for 30 days
  --until INSTANT those that occurred before; without it, before now
  --to URL        sends them there instead, as forward does
  --secret whsec_ the webhook's secret, for --to
  --types A,B     only these, such as stock.changed,reservation.*
  --locations A,B only of these locations
${SERVER_USAGE}
  --json          one event (with --to: one delivery) a line`;

const OPTIONS = {
  ...SERVER_OPTIONS,
  ...FILTER_OPTIONS,
  from: { type: 'string' },
  until: { type: 'string' },
  to: { type: 'string' },
  secret: { type: 'string' },
} as const;

/** Events come in the order of commit, and a slow transaction commits what occurred this much earlier. */
const LATE_MILLISECONDS_MAX = 60_000;

export const replay: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, OPTIONS);
    onlyWords(positionals);
    if ((values.after === undefined) === (values.from === undefined)) {
      throw new UsageError('Say where to begin: with --after CURSOR, or with --from INSTANT.');
    }
    const from = instantOf(values.from) ?? Number.NEGATIVE_INFINITY;
    const until = instantOf(values.until) ?? Date.now();
    const server = await serverOf(values, terminal);
    const receiver = values.to === undefined ? null : receiverOf(values.to, values.secret, terminal);
    const signal = terminal.untilInterrupted();
    const handle = async (event: Event): Promise<boolean> => {
      if (receiver === null) {
        await show(event, values.json, terminal);
        return true;
      }
      const delivery = await deliver(event, receiver, signal);
      if (isDelivered(delivery) || !signal.aborted) await tellDelivery(delivery, values.json, terminal);
      return isDelivered(delivery);
    };
    const onTrouble = (message: string) => terminal.errorOutput.write(`${message}\n`);
    const reading = {
      ...filterOf(values),
      after: values.after ?? null,
      atEnd: 'stop',
      signal,
      onTrouble,
    } as const;
    let cursor: string | null = values.after ?? null;
    let left = 0;
    let isWhole = false;
    try {
      pages: for await (const { events } of readEvents(server, reading)) {
        for (const event of events) {
          const at = Date.parse(event.occurredAt);
          if (signal.aborted || at >= until + LATE_MILLISECONDS_MAX) break pages;
          if (at >= from && at < until && !(await handle(event))) left += 1;
          if (!signal.aborted) ({ cursor } = event);
        }
      }
      isWhole = !signal.aborted;
    } finally {
      if (!isWhole) goOn(cursor, terminal);
    }
    return left === 0 ? OK : FAILED;
  },
};

function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const at = isWhole ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`${text} is no instant: it looks like 2026-11-22T08:00:00Z.`);
  return at;
}
