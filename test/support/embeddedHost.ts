// A process with nothing in it but an embedded PostgreSQL, for tests to kill: prints its URL, then stays.
import { startEmbedded } from '../../db/embedded.ts';

const dataDir = process.argv[2];
if (!dataDir) throw new Error('Usage: node embeddedHost.ts DATA_DIR');

const { url } = await startEmbedded({ dataDir, durable: false, log: () => {} });
console.log(url);
setInterval(() => {}, 1_000_000);
