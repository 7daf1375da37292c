/** Addresses and ports of Services, where they are served. */
import type { Api } from '../api.js';
import { createServiceAllocator } from './allocator.js';
import { dropOrphans, recordAddress } from './ip-addresses.js';
import type { AddressRange, NumberRange } from './ranges.js';

/** Gives the resource `services` its allocator; returns what ends it. */
export async function serveAllocation(api: Api, addresses: readonly AddressRange[], ports: NumberRange): Promise<() => void> {
  const services = api.registry.find('root', { group: '', version: 'v1', resource: 'services' });
  if (!services) return () => {};
  const allocator = createServiceAllocator({
    store: api.store,
    random: api.chance.random,
    addresses,
    ports,
    onAddress: (address, key, isHeld) => recordAddress(api, address, key, isHeld),
  });
  services.allocator = allocator;
  await dropOrphans(api);
  await allocator.settled();
  return () => allocator.close();
}
