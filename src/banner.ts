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
  seconds: number;
};

/** Where a browser on this machine finds it. */
export function baseUrl({ host, port }: BannerFacts['address']): string {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
  return `http://${name}:${port}`;
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
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`);
  return `\nComptoir is ready, ${facts.seconds.toFixed(1)} s after its start.\n\n${lines.join('\n')}\n\n`;
}
