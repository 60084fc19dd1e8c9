// Where a customer is sent: what the place is called and its address, as availability tells them of an article of theirs.
import { device, read } from '../../data/index.ts';
import type { Location } from '../../data/model.ts';
import { type EveryPlace, nearPath } from '../stock/places.ts';

export type TicketPlace = { name: string; address: string | null };

type Addressed = { location: { code: string; name: string; address?: Location['address'] } };

/** Null: no answer tells. Stores have an address there, warehouses a name. */
export async function readPlace(code: string, sku: string): Promise<TicketPlace | null> {
  const here = device.value?.location;
  if (here?.code === code) return { name: here.name, address: addressOf(here.address) };
  const near = await read<{ locations: Addressed[] }>(nearPath(sku, 1, here?.coordinates));
  const store = near.ok ? near.value.locations.find(({ location }) => location.code === code) : undefined;
  if (store !== undefined) {
    const { name, address } = store.location;
    return { name, address: address === undefined ? null : addressOf(address) };
  }
  const every = await read<{ locations: EveryPlace[] }>(`/v1/items/${encodeURIComponent(sku)}/availability`);
  const found = every.ok ? every.value.locations.find(({ location }) => location.code === code) : undefined;
  return found === undefined ? null : { name: found.location.name, address: null };
}

function addressOf({ street, postalCode, city }: Location['address']): string {
  return `${street}, ${postalCode} ${city}`;
}
