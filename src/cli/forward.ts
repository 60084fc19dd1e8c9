// `comptoir forward`: every event as a webhook to a local address, as it happens.
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
import { FILTER_OPTIONS, FILTER_USAGE, filterOf, goOn, readEvents } from './events.ts';
import { serverOf } from './server.ts';

const USAGE = `Usage: npm run comptoir -- forward --to URL [options]

Sends each event as a webhook to URL (Standard Webhooks headers and signature), one after the other, and prints what
was answered. An event that fails is tried five times within eight seconds, then left. ^C ends it and prints the cursor
to go on from; the exit code is 1 when an event was left.

  --to URL        where to, such as http://localhost:8080/hook
  --secret whsec_ the webhook's secret; without it one is made for this run and printed
${FILTER_USAGE}
${SERVER_USAGE}
  --json          one delivery a line`;

export const forward: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const options = {
      ...SERVER_OPTIONS,
      ...FILTER_OPTIONS,
      to: { type: 'string' },
      secret: { type: 'string' },
    } as const;
    const { values, positionals } = readWords(words, options);
    onlyWords(positionals);
    if (values.to === undefined) throw new UsageError('Say with --to where events go.');
    const server = await serverOf(values, terminal);
    const receiver = receiverOf(values.to, values.secret, terminal);
    const signal = terminal.untilInterrupted();
    const onTrouble = (message: string) => terminal.errorOutput.write(`${message}\n`);
    const reading = {
      ...filterOf(values),
      after: values.after ?? 'latest',
      atEnd: 'wait',
      signal,
      onTrouble,
    } as const;
    let cursor: string | null = values.after ?? null;
    let left = 0;
    try {
      for await (const page of readEvents(server, reading)) {
        if (cursor === null) onTrouble(`Forwarding from ${server.url} to ${values.to}. ^C ends it.`);
        for (const event of page.events) {
          const delivery = await deliver(event, receiver, signal);
          // Interrupted in the middle: it is the first one the next time.
          if (!isDelivered(delivery) && signal.aborted) break;
          await tellDelivery(delivery, values.json, terminal);
          left += isDelivered(delivery) ? 0 : 1;
          cursor = event.cursor;
        }
        if (!signal.aborted) ({ cursor } = page);
      }
    } finally {
      // Refused in the middle, too: what was sent need not be sent again.
      goOn(cursor, terminal);
    }
    return left === 0 ? OK : FAILED;
  },
};
