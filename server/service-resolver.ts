/**
 * Where a service of the cluster is. Nobody forwards cluster addresses here: the answer is an address of an EndpointSlice (or of Endpoints,
 * where there is none), or the name that an ExternalName stands for.
 */
import type { JsonObject } from '../schemas/json-value.js';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../schemas/validation/members.js';
import { collectionPrefix, objectKey, resourcePrefix } from '../storage/keys.js';
import type { Store } from '../storage/store.js';
import { storedObject } from './codec.js';

export interface ServiceReference {
  namespace: string;
  name: string;
  port: number;
}

/** A host and a port to connect to. */
export interface Address {
  host: string;
  port: number;
}

/** Why a service cannot be reached: the reason and message of the condition `Available` (F3). */
export class Unresolved extends Error {
  constructor(
    readonly reason: 'ServiceNotFound' | 'ServicePortError' | 'EndpointsNotFound' | 'MissingEndpoints',
    message: string,
  ) {
    super(message);
  }
}

export const SERVICES = { group: '', resource: 'services' };
export const SLICES = { group: 'discovery.k8s.io', resource: 'endpointslices' };
export const ENDPOINTS = { group: '', resource: 'endpoints' };
export const SERVICE_OF_SLICE = 'kubernetes.io/service-name';

/** All addresses that stand behind a port of a service, at least one. Throws Unresolved. */
export function addressesOf(store: Store, cluster: string, { namespace, name, port }: ServiceReference): Address[] {
  const where = `service/${name} in "${namespace}"`;
  const entry = store.get(objectKey(SERVICES, cluster, namespace, name));
  if (!entry) throw new Unresolved('ServiceNotFound', `${where} is not present`);
  const spec = objectAt(storedObject(entry), 'spec');
  if (textAt(spec, 'type') === 'ExternalName') return [{ host: textAt(spec, 'externalName'), port }];
  const servicePort = objectsAt(spec, 'ports').find((each) => numberAt(each, 'port') === port);
  if (!servicePort) throw new Unresolved('ServicePortError', `${where} is not listening on port ${port}`);
  const portName = textAt(servicePort, 'name');
  const subsets = subsetsOf(store, cluster, namespace, name);
  if (subsets.length === 0) throw new Unresolved('EndpointsNotFound', `cannot find endpointslices for ${where}`);
  const found = subsets.flatMap(({ hosts, ports }) => {
    const own = ports.find((each) => textAt(each, 'name') === portName);
    return own ? hosts.map((host) => ({ host, port: numberAt(own, 'port') || port })) : [];
  });
  if (found.length === 0)
    throw new Unresolved('MissingEndpoints', `endpointslices for ${where} have no addresses with port name "${portName}"`);
  return found;
}

interface Subset {
  hosts: readonly string[];
  ports: readonly JsonObject[];
}

function subsetsOf(store: Store, cluster: string, namespace: string, name: string): Subset[] {
  const slices = store.cacher(resourcePrefix(SLICES)).list({
    prefix: collectionPrefix(SLICES, cluster, namespace),
    match: ({ labels }) => labels[SERVICE_OF_SLICE] === name,
  }).entries;
  if (slices.length) return slices.map((entry) => subsetOfSlice(storedObject(entry)));
  const entry = store.get(objectKey(ENDPOINTS, cluster, namespace, name));
  return (entry ? objectsAt(storedObject(entry), 'subsets') : []).map((subset) => ({
    hosts: objectsAt(subset, 'addresses').map((address) => textAt(address, 'ip')),
    ports: objectsAt(subset, 'ports'),
  }));
}

/** An endpoint that says nothing about being ready is. */
function subsetOfSlice(slice: JsonObject): Subset {
  const ready = objectsAt(slice, 'endpoints').filter((endpoint) => objectAt(endpoint, 'conditions')?.['ready'] !== false);
  return { hosts: ready.flatMap((endpoint) => textsAt(endpoint, 'addresses').slice(0, 1)), ports: objectsAt(slice, 'ports') };
}
