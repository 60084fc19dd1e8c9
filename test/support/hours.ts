// Other opening hours for a store of a shop that tests opened (shop.ts), as its back office would send them.
import request from 'supertest';
import type { LocationInput } from '../../src/domain/location.ts';
import type { Shop } from './shop.ts';

type Hours = LocationInput['openingHours'];

/** Changes a store's hours, waits until the app knows them, and answers those from before. */
export async function changeHours(
  shop: Shop,
  code: string,
  change: (before: Hours) => Partial<Hours>,
): Promise<Hours> {
  const { body } = await shop.get(`/v1/locations/${code}`).expect(200);
  const { kind, name, address, coordinates, timeZone, openingHours, pickup } = body;
  await request(shop.app.url)
    .put(`/v1/locations/${code}`)
    .set('Authorization', `Bearer ${shop.app.admin}`)
    .send({
      ...{ kind, name, address, coordinates, timeZone, pickup },
      openingHours: { ...openingHours, ...change(openingHours) },
    })
    .expect(200);
  await shop.app.deps.feed.settled();
  await shop.app.deps.locations.settled();
  return openingHours;
}
