// A tablet for whoever looks at the demo: a device of the store of the documents that waits to be paired, made anew at
// each start, and the people whose PINs open it.

import { showcase } from '../../db/demo/showcase.ts';
import { staff } from '../../db/demo/staff.ts';
import { createDevice } from '../operations/createDevice.ts';
import { forgetUnpaired } from '../queries/devices.ts';
import { findLocation } from '../queries/locations.ts';
import { listStaff } from '../queries/staff.ts';
import type { Database } from '../queries/transaction.ts';
import { LOADER } from './store.ts';

export type DemoTablet = {
  location: string;
  pairingCode: string;
  /** Those whose PIN nobody has changed since the demo was loaded. */
  staff: readonly { name: string; pin: string }[];
};

const NAME = 'Demo tablet';

/** Null where the store is not there any more, or was not loaded by us. */
export async function demoTablet(database: Database, now: Date): Promise<DemoTablet | null> {
  const { location } = showcase;
  return database.transaction(async (tx) => {
    if ((await findLocation(tx, location)) === null) return null;
    // Nobody took those of earlier starts; their codes are over.
    await forgetUnpaired(tx, NAME, now);
    const { pairingCode } = await createDevice(tx, LOADER, { name: NAME, location }, now);
    const people = await listStaff(tx, { locations: null, location, after: null, limit: 200 });
    const asLoaded = new Set(people.filter(({ version }) => version === 1).map(({ name }) => name));
    return {
      location,
      pairingCode,
      staff: staff.filter((person) => person.location === location && asLoaded.has(person.name)),
    };
  });
}
