// A process with nothing in it but the imports' job on a database, for tests to kill: says when it runs, then stays.
import { pino } from 'pino';
import { startImports } from '../../src/jobs/imports/runner.ts';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { openStockWriter } from '../../src/operations/stockWriter.ts';
import { openDatabase } from '../../src/queries/transaction.ts';
import { Catalogue } from '../../src/views/catalogue.ts';
import { Locations } from '../../src/views/locations.ts';

const [, , url, leaseSeconds] = process.argv;
if (url === undefined) throw new Error('Usage: node importsHost.ts DATABASE_URL [LEASE_SECONDS]');

function fail(error: unknown): never {
  throw error;
}

const database = openDatabase({ url, connectionsMax: 4, onIdleError: fail });
const catalogue = new Catalogue(database, new Locations({ database, onError: fail }));
const now = () => new Date();
const stock = openStockWriter({
  database,
  catalogue,
  expire: expireReservation,
  now,
  onCommit: () => {},
  onError: fail,
  commandsQueuedMax: 5_000,
  commandsPerBatchMax: 1_000,
  batchesInFlightMax: 2,
});
startImports({
  database,
  stock,
  catalogue,
  sources: { rankOf: () => 0, heard: () => {} },
  log: pino({ level: 'silent' }),
  now,
  feed: { wake: () => {} },
  pollMilliseconds: 20,
  leaseSeconds: Number(leaseSeconds ?? 60),
});
console.log('running');
