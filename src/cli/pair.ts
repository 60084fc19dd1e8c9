// `comptoir pair`: a new tablet for a location, as a code, a link and a picture to hold a camera to.
import { toString as toQr } from 'qrcode';
import type { z } from 'zod';
import { pairingLink } from '../banner.ts';
import { deviceSchema, pairingCodeSchema } from '../domain/device.ts';
import { type Command, OK, onlyWords, readWords, SERVER_OPTIONS, SERVER_USAGE } from './command.ts';
import { call, serverOf } from './server.ts';

const USAGE = `Usage: npm run comptoir -- pair LOCATION [options]

  --name NAME   what staff call the tablet; Counter, unless said otherwise
  --json        what the API answers: the device with its pairing code
${SERVER_USAGE}

The code works once, for 10 minutes: type it into the tablet at /tablet, open the link there, or hold its camera to
the picture. On another machine's tablet, say with --url how that machine finds the server.`;

const OPTIONS = { ...SERVER_OPTIONS, name: { type: 'string' }, json: { type: 'boolean' } } as const;

const answer = deviceSchema.extend({ pairingCode: pairingCodeSchema });

export const pair: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, OPTIONS);
    const [location] = onlyWords(positionals, 'LOCATION');
    const server = await serverOf(values, terminal);
    const body = { name: values.name ?? 'Counter', location };
    const device = answer.parse(await call(server, 'POST', '/v1/devices', { body }));
    const { output } = terminal;
    if (values.json) {
      output.write(`${JSON.stringify(device)}\n`);
      return OK;
    }
    output.write(await inWords(device, server.url, output.isTTY));
    return OK;
  },
};

async function inWords(
  { pairingCode, location, pairingExpiresAt }: z.infer<typeof answer>,
  url: string,
  isTerminal: boolean,
): Promise<string> {
  const link = pairingLink(url, pairingCode);
  const picture = isTerminal ? `\n${await toQr(link, { type: 'terminal', small: true })}\n` : '';
  return `A tablet for ${location}: code ${pairingCode}, until ${pairingExpiresAt}\n${link}\n${picture}`;
}
