// What the examples of calls name beside orders and transfers: a key to revoke, tablets, webhooks with something in
// their log, imports. Webhooks of the demo lead nowhere (`.example` is no name), and nothing that happens is sent to them.
import { randomBytes } from 'node:crypto';
import type { DemoRetailer } from '../../db/demo/faitMaison.ts';
import { eventId } from '../domain/event.ts';
import {
  EXAMPLE_DEVICES,
  EXAMPLE_IMPORTS,
  EXAMPLE_KEYS,
  EXAMPLE_STORE,
  EXAMPLE_WEBHOOKS,
} from '../domain/exampleIds.ts';
import { encodeCursor, type Position } from '../domain/feedPosition.ts';
import { DEFAULT_SOURCE, type ImportOptions, importEvent } from '../domain/import.ts';
import { DEVICE_SCOPES, type KeyRecord, makeSecret, SECRET_BYTES } from '../domain/key.ts';
import { SECRET_BYTES as SIGNING_BYTES, type WebhookRecord, webhookEvent } from '../domain/webhook.ts';
import { hashSecret, insertKey } from '../queries/apiKeys.ts';
import { insertDevice, markPaired } from '../queries/devices.ts';
import { insertEvents } from '../queries/events.ts';
import { insertChunk } from '../queries/importFiles.ts';
import { cancelImport, insertReceiving, queueImport } from '../queries/imports.ts';
import { findLocation } from '../queries/locations.ts';
import type { Database, Tx } from '../queries/transaction.ts';
import { insertLog } from '../queries/webhookLeases.ts';
import { insertWebhook } from '../queries/webhooks.ts';
import { demoSecret } from './keys.ts';
import { LOADER } from './store.ts';

type Loading = {
  retailer: DemoRetailer;
  adminKey: string;
  now: Date;
  /** Where the feed is: webhooks are sent what comes after. */
  position: Position;
};

export async function loadExamples(database: Database, loading: Loading): Promise<void> {
  await database.transaction(async (tx) => {
    await addKey(tx, loading.now);
    await addTablets(tx, loading);
    await addWebhooks(tx, loading);
    await addImports(tx, loading);
  });
}

/** Nobody has its secret: it is there to be revoked. */
async function addKey(tx: Tx, now: Date): Promise<void> {
  const secret = makeSecret('secret', randomBytes(SECRET_BYTES));
  const key = { id: EXAMPLE_KEYS.revoke, name: 'A till that was sold', locations: [EXAMPLE_STORE] };
  await keep(tx, { ...key, kind: 'secret', scopes: ['stock:write'] }, secret, now);
}

async function keep(
  tx: Tx,
  key: Pick<KeyRecord, 'id' | 'name' | 'kind' | 'scopes' | 'locations'>,
  secret: string,
  now: Date,
): Promise<void> {
  await insertKey(tx, { ...key, origins: [], hint: secret.slice(-4), createdAt: now }, hashSecret(secret));
  const event = { occurredAt: now, location: null, subject: key.id, version: 1, data: { id: key.id } };
  await insertEvents(tx, [{ type: 'key.created', ...event }]);
}

/** One that is paired, whose key the documents fill in where only a tablet may call, and one to be removed. */
async function addTablets(tx: Tx, { adminKey, now }: Loading): Promise<void> {
  const place = await findLocation(tx, EXAMPLE_STORE);
  if (place === null) throw new Error(`the demo has no location ${EXAMPLE_STORE}`);
  // Their codes are over from the beginning.
  const made = { locationId: place.id, pairingExpiresAt: now, createdAt: now };
  const own = { id: EXAMPLE_DEVICES.own, name: 'Tablet of the examples' };
  await insertDevice(tx, { ...made, ...own }, '000000');
  const key = { id: EXAMPLE_KEYS.device, name: own.name, kind: 'device' } as const;
  const token = demoSecret(adminKey, 'device');
  await keep(tx, { ...key, scopes: [...DEVICE_SCOPES], locations: [EXAMPLE_STORE] }, token, now);
  await markPaired(tx, EXAMPLE_DEVICES.own, EXAMPLE_KEYS.device, now);
  await insertDevice(tx, { ...made, id: EXAMPLE_DEVICES.remove, name: 'Tablet that broke' }, '000000');
}

async function addWebhooks(tx: Tx, { now, position }: Loading): Promise<void> {
  const cursor = encodeCursor(position);
  for (const id of [EXAMPLE_WEBHOOKS.use, EXAMPLE_WEBHOOKS.remove]) {
    const webhook: WebhookRecord = {
      ...{
        id,
        url: 'https://erp.fait-maison.example/comptoir',
        description: 'Leads nowhere: for the examples',
      },
      // Rare at a store to which nothing is sent: it hears what is sent again, and tests.
      ...{ types: ['transfer.at_risk'], locations: [EXAMPLE_STORE] },
      ...{ enabled: true, disabledReason: null, disabledAt: null, failures: 0, failingSince: null },
      ...{ previousUntil: null, version: 1, savedBy: LOADER.keyId, createdAt: now, updatedAt: now },
    };
    await insertWebhook(tx, { webhook, secret: randomBytes(SIGNING_BYTES), cursor });
    await insertEvents(tx, [webhookEvent('webhook.changed', webhook, now)]);
  }
  await addDelivery(tx, now);
}

/** In the log as what it would have come to: the event is one of the store's, to be sent again. */
async function addDelivery(tx: Tx, now: Date): Promise<void> {
  const [event] = await tx.run<{ id: number; occurred_at: Date }>(
    'demo.store_event',
    `SELECT id, occurred_at FROM events WHERE type = 'location.changed' AND subject = $1 ORDER BY id LIMIT 1`,
    [EXAMPLE_STORE],
  );
  if (event === undefined) throw new Error(`nothing was told of ${EXAMPLE_STORE}`);
  await insertLog(tx, [
    {
      ...{ webhookId: EXAMPLE_WEBHOOKS.use, id: EXAMPLE_WEBHOOKS.delivery, kind: 'event' },
      ...{ eventId: eventId(event.id), eventType: 'location.changed', occurredAt: event.occurred_at },
      ...{ status: 'failed', attempts: 10, responseStatus: null, error: 'name-not-found', durationMs: 4 },
      ...{ triedAt: now, nextTryAt: null, body: null, createdAt: now },
    },
  ]);
}

const PLAIN: ImportOptions = {
  ...{ map: '', header: true, delimiter: null, timeZone: null, dates: 'ymd', decimal: 'point' },
  ...{ listSeparator: '|', negative: '', source: DEFAULT_SOURCE, dryRun: false, locations: null },
};
/** As long as the transaction that makes it. */
const LEASE_SECONDS = 60;

/** One that says of some items what is known, and of another too little; the job reads it. One that was called off. */
async function addImports(tx: Tx, { retailer, now }: Loading): Promise<void> {
  const rows = [...retailer.items.slice(0, 3), { sku: 'SANS-NOM' }].map((row) => JSON.stringify(row));
  const bytes = Buffer.from(`${rows.join('\n')}\n`);
  for (const id of [EXAMPLE_IMPORTS.done, EXAMPLE_IMPORTS.cancelled]) {
    const made = { id, type: 'items', format: 'ndjson', options: PLAIN, keyId: LOADER.keyId, now } as const;
    await insertReceiving(tx, made, LEASE_SECONDS);
    await insertChunk(tx, { importId: id, number: 0, bytes }, LEASE_SECONDS);
    const queued = await queueImport(tx, id, false);
    if (queued !== null) await insertEvents(tx, [importEvent('import.queued', queued, now)]);
  }
  const cancelled = await cancelImport(tx, EXAMPLE_IMPORTS.cancelled, now);
  if (cancelled !== null) await insertEvents(tx, [importEvent('import.cancelled', cancelled, now)]);
}
