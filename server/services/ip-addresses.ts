/** An IPAddress object for every cluster IP, so that others see who has which. */
import { metaOf } from '../../schemas/object-meta.js';
import { objectAt, textAt } from '../../schemas/validation/members.js';
import { clusterIpsOf } from '../../schemas/validation/network/service-addresses.js';
import { objectKey, parseKey, resourcePrefix } from '../../storage/keys.js';
import type { Api } from '../api.js';
import { drop, ensure, type OwnObject } from '../bootstrap/ensure.js';
import { storedObject } from '../codec.js';

const IP_ADDRESSES = { group: 'networking.k8s.io', resource: 'ipaddresses' };
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const OWNER = 'ipallocator.k8s.io';

/** Creates or removes the object of an address that the Service at `serviceKey` has, or had. */
export function recordAddress(api: Api, address: string, serviceKey: string, isHeld: boolean): Promise<void> {
  const { cluster, namespace, name } = parseKey(serviceKey);
  const object: OwnObject = {
    kind: 'IPAddress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: {
      name: address,
      labels: { 'ipaddress.kubernetes.io/ip-family': address.includes(':') ? 'IPv6' : 'IPv4', [MANAGED_BY]: OWNER },
    },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
  return isHeld ? ensure(api, cluster, object) : drop(api, cluster, object);
}

/** Removes what a crash left: objects of the allocator whose Service is gone or has another address. */
export async function dropOrphans(api: Api): Promise<void> {
  const prefix = resourcePrefix(IP_ADDRESSES);
  const { entries } = api.store.cacher(prefix).list({ prefix });
  for (const entry of entries) {
    const { cluster } = parseKey(entry.key);
    const object = storedObject(entry) as OwnObject;
    if (entry.labels[MANAGED_BY] === OWNER && !isHeld(api, cluster, object)) await drop(api, cluster, object);
  }
}

function isHeld({ store }: Api, cluster: string, object: OwnObject): boolean {
  const parent = objectAt(objectAt(object, 'spec'), 'parentRef');
  const service = store.get(objectKey({ group: '', resource: 'services' }, cluster, textAt(parent, 'namespace'), textAt(parent, 'name')));
  return service !== undefined && clusterIpsOf(storedObject(service)).includes(metaOf(object).name!);
}
