// What the demo's stores know of themselves: where things stand, and who works there.
import { aislesOf } from '../../db/demo/aisles.ts';
import type { DemoRetailer } from '../../db/demo/faitMaison.ts';
import { staff } from '../../db/demo/staff.ts';
import type { Caller } from '../domain/caller.ts';
import { SCOPES } from '../domain/key.ts';
import { createStaff } from '../operations/createStaff.ts';
import { savePlaces } from '../operations/savePlaces.ts';
import { findLocations } from '../queries/locations.ts';
import type { Database } from '../queries/transaction.ts';

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
    for (const person of staff) await createStaff(tx, LOADER, person, now);
  });
}
