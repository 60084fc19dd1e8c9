// What the demo's stores know of themselves: where things stand, and who works there.
import { aislesOf } from '../../db/demo/aisles.ts';
import type { DemoRetailer, DemoStaff } from '../../db/demo/faitMaison.ts';
import { staff } from '../../db/demo/staff.ts';
import type { Caller } from '../domain/caller.ts';
import { SCOPES } from '../domain/key.ts';
import { newId } from '../newId.ts';
import { savePlaces } from '../operations/savePlaces.ts';
import { hashPin } from '../operations/staff/pin.ts';
import { findLocation, findLocations } from '../queries/locations.ts';
import { insertStaff } from '../queries/staff.ts';
import type { Database, Tx } from '../queries/transaction.ts';

/** Who the demo is made by. */
export const LOADER: Caller = {
  keyId: 'key_demo',
  name: 'Fait Maison (demo)',
  kind: 'secret',
  scopes: new Set(SCOPES),
  locations: null,
  origins: [],
  deviceId: null,
};

export async function loadStores(
  database: Database,
  { locations, items }: Pick<DemoRetailer, 'locations' | 'items'>,
  now: Date,
): Promise<void> {
  const stores = locations.filter(({ kind }) => kind === 'store').map(({ code }) => code);
  await database.transaction(async (tx) => {
    for (const { id } of await findLocations(tx, stores)) await savePlaces(tx, id, aislesOf(items), now);
    await addStaff(tx, staff, now);
  });
}

/** Not by the operation: documents name some of them by id. Hashes are slow by purpose: all are made at once. */
async function addStaff(tx: Tx, people: readonly DemoStaff[], now: Date): Promise<void> {
  const hashes = await Promise.all(people.map(({ pin }) => hashPin(pin)));
  for (const [at, { id, location, name }] of people.entries()) {
    const place = await findLocation(tx, location);
    if (place === null) throw new Error(`the demo has no location ${location}`);
    const made = { id: id ?? newId('obj', now), locationId: place.id, name, createdAt: now };
    await insertStaff(tx, { ...made, pinHash: hashes[at] ?? '' });
  }
}
