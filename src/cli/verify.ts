// `comptoir verify`: every level against its evidence, and what differs in words.
import { z } from 'zod';
import { type Command, FAILED, OK, onlyWords, readWords, SERVER_OPTIONS, SERVER_USAGE } from './command.ts';
import { call, serverOf } from './server.ts';

const pair = (other: 'ledger' | 'lines' | 'transfers') => z.looseObject({ level: z.int(), [other]: z.int() });
const answer = z.object({
  checkedLevels: z.int(),
  drifting: z.int(),
  drift: z.array(
    z.looseObject({
      sku: z.string(),
      location: z.string(),
      onHand: pair('ledger'),
      reserved: pair('lines'),
      incoming: pair('transfers'),
    }),
  ),
});
type Drift = z.infer<typeof answer>['drift'][number];

const USAGE = `Usage: npm run comptoir -- verify [--json]

Derives every level anew, on hand from the ledger, reserved and incoming from what is open (GET /v1/integrity).
Exit code 1 when a level drifts.

${SERVER_USAGE}
  --json        the answer as the API gives it`;

export const verify: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, { ...SERVER_OPTIONS, json: { type: 'boolean' } });
    onlyWords(positionals);
    const body = await call(await serverOf(values, terminal), 'GET', '/v1/integrity');
    const { checkedLevels, drifting, drift } = answer.parse(body);
    const lines = drift.map(inWords);
    if (drifting > drift.length) lines.push(`… and ${count(drifting - drift.length)} more.`);
    lines.push(
      drifting === 0
        ? `${count(checkedLevels)} levels were checked; none drifts.`
        : `${count(drifting)} of ${count(checkedLevels)} levels drift. POST /v1/integrity/compensations sets one right.`,
    );
    terminal.output.write(values.json ? `${JSON.stringify(body)}\n` : `${lines.join('\n')}\n`);
    return drifting === 0 ? OK : FAILED;
  },
};

function inWords({ sku, location, onHand, reserved, incoming }: Drift): string {
  const parts = [
    ...(onHand.level === onHand.ledger
      ? []
      : [`on hand is ${onHand.level}, its ledger says ${onHand.ledger}`]),
    ...(reserved.level === reserved.lines
      ? []
      : [`reserved is ${reserved.level}, what is open adds up to ${reserved.lines}`]),
    ...(incoming.level === incoming.transfers
      ? []
      : [`incoming is ${incoming.level}, on its way are ${incoming.transfers}`]),
  ];
  return `${sku} at ${location}: ${parts.join('; ')}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
