// What a person reads when Comptoir is up: where it is and with which keys. Only what exists is named.
import { isIPv6 } from 'node:net';

export type BannerFacts = {
  address: { host: string; port: number };
  /** Where the data is, in words. */
  database: string;
  /** Only a key that was made here: an operator's own needs no showing. */
  adminKey: { secret: string; file: string } | null;
  /** Names and secrets of the demo's keys, when the demo was loaded. */
  demoKeys: Readonly<Record<string, string>>;
  /** A tablet that waits to be paired, and the people whose PINs it takes; null: no demo. */
  demoTablet: {
    location: string;
    pairingCode: string;
    staff: readonly { name: string; pin: string }[];
  } | null;
  seconds: number;
};

/** Where a browser on this machine finds it. */
export function baseUrl({ host, port }: BannerFacts['address']): string {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** Opened on a tablet, it pairs it. What follows the # stays in the browser: no log and no proxy sees the code. */
export function pairingLink(url: string, pairingCode: string): string {
  return `${url}/tablet#pair=${pairingCode}`;
}

export function banner(facts: BannerFacts): string {
  const url = baseUrl(facts.address);
  const rows: [string, string][] = [
    ['API', `${url}/v1`],
    ['Documentation', `${url}/docs`],
    ['OpenAPI', `${url}/openapi.json`],
    ['Health, metrics', `${url}/health/ready  ${url}/metrics`],
    ['Database', facts.database],
  ];
  if (facts.adminKey) rows.push(['Admin key', `${facts.adminKey.secret}  (kept in ${facts.adminKey.file})`]);
  for (const [name, secret] of Object.entries(facts.demoKeys)) rows.push([`Demo: ${name}`, secret]);
  rows.push(...tabletRows(url, facts.demoTablet));
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`);
  return `\nComptoir is ready, ${facts.seconds.toFixed(1)} s after its start.\n\n${lines.join('\n')}\n\n`;
}

function tabletRows(url: string, tablet: BannerFacts['demoTablet']): [string, string][] {
  const another = `npm run comptoir -- pair ${tablet?.location ?? 'LOCATION'}`;
  if (tablet === null) return [['Tablets', `${url}/tablet  (pair one: ${another})`]];
  const rows: [string, string][] = [
    ['Tablet', `${pairingLink(url, tablet.pairingCode)}  (once, for 10 minutes; another: ${another})`],
  ];
  const people = tablet.staff.map(({ name, pin }) => `${name} ${pin}`).join(', ');
  if (people !== '') rows.push(['Staff and PINs', `${people}  (${tablet.location})`]);
  return rows;
}
