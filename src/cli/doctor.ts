// `comptoir doctor`: looks at everything between this terminal and the stock, and says in words what to do.
import { type Command, FAILED, OK, onlyWords, readWords, SERVER_OPTIONS, SERVER_USAGE } from './command.ts';
import { checkDatabase } from './doctor/database.ts';
import type { Finding } from './doctor/finding.ts';
import { checkFollowers, checkKey, checkMetrics, checkServer } from './doctor/server.ts';
import { findServer } from './server.ts';

const USAGE = `Usage: npm run comptoir -- doctor [--json]

Checks Node.js, the server, the key, the clocks, the feed, webhooks, sources and, with DATABASE_URL or a running
embedded database, PostgreSQL. Changes nothing. Exit code 1 when something fails.

${SERVER_USAGE}
  --json        one object for each finding`;

const NODE_MAJOR_MIN = 24;
const MARKS = { ok: ' ok ', warn: 'warn', fail: 'FAIL', skip: ' -  ' } as const;
const WIDTH = 13;

export const doctor: Command = {
  usage: USAGE,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, { ...SERVER_OPTIONS, json: { type: 'boolean' } });
    onlyWords(positionals);
    const { url, key } = await findServer(values, terminal);
    const server = { url, key: key ?? '' };
    const findings: Finding[] = [];
    const note = (...found: Finding[]) => {
      findings.push(...found);
      if (values.json !== true) terminal.output.write(found.map(inWords).join(''));
    };
    note(checkNode());
    const { isThere, findings: ofServer } = await checkServer(server);
    note(...ofServer);
    if (isThere) {
      note(...(await checkKey(server)));
      note(...(await checkMetrics(server)));
      note(...(await checkFollowers(server)));
    }
    note(...(await checkDatabase(terminal.environment)));
    if (values.json === true) terminal.output.write(`${JSON.stringify(findings)}\n`);
    return findings.some(({ state }) => state === 'fail') ? FAILED : OK;
  },
};

function checkNode(): Finding {
  const version = process.versions.node;
  const isOld = Number.parseInt(version, 10) < NODE_MAJOR_MIN;
  return {
    about: 'Node.js',
    state: isOld ? 'fail' : 'ok',
    says: `${version} on ${process.platform} ${process.arch}`,
    ...(isOld && { advice: `Comptoir needs ${NODE_MAJOR_MIN} or newer: run npm ci, and use npm run.` }),
  };
}

function inWords({ about, state, says, advice }: Finding): string {
  const line = `${MARKS[state]}  ${about.padEnd(WIDTH)}${says}\n`;
  return advice === undefined ? line : `${line}${' '.repeat(6 + WIDTH)}→ ${advice}\n`;
}
