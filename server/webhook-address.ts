/** Where a webhook's clientConfig leads: a URL, or a Service of the same store (B8.6, C2). */
import { isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { objectAt, objectsAt, textAt, textsAt } from '../schemas/validation/members.js';
import { collectionPrefix, objectKey, resourcePrefix } from '../storage/keys.js';
import type { Store } from '../storage/store.js';
import { storedObject } from './codec.js';

export interface WebhookAddress {
  /** What messages call it: `https://name.ns.svc:443/path`. */
  url: string;
  /** Where to connect, as `https://host:port`. */
  origin: string;
  /** The name that its certificate must have. */
  serverName: string;
}

/** Resolves a clientConfig; throws an Error in the words of the real resolver when there is nowhere to connect to. */
export function webhookAddress(store: Store, cluster: string, clientConfig: JsonObject): WebhookAddress {
  const reference = objectAt(clientConfig, 'service');
  if (!reference) {
    const url = new URL(textAt(clientConfig, 'url'));
    return { url: textAt(clientConfig, 'url'), origin: url.origin, serverName: url.hostname };
  }
  const [name, namespace] = [textAt(reference, 'name'), textAt(reference, 'namespace')];
  const port = typeof reference['port'] === 'number' ? reference['port'] : 443;
  const path = textAt(reference, 'path');
  const serverName = `${name}.${namespace}.svc`;
  const url = `https://${serverName}:${port}${path.startsWith('/') || path === '' ? path : `/${path}`}`;
  return { url, origin: `https://${backendOf(store, cluster, { name, namespace, port })}`, serverName };
}

interface Target {
  name: string;
  namespace: string;
  port: number;
}

/** `host:port` of one endpoint that is ready. */
function backendOf(store: Store, cluster: string, target: Target): string {
  const service = objectOf(store, objectKey({ group: '', resource: 'services' }, cluster, target.namespace, target.name));
  if (!service) throw new Error(`service ${JSON.stringify(target.name)} not found`);
  const spec = objectAt(service, 'spec');
  if (textAt(spec, 'type') === 'ExternalName') return `${textAt(spec, 'externalName')}:${target.port}`;
  const port = objectsAt(spec, 'ports').find((candidate) => candidate['port'] === target.port);
  if (!port) throw new Error(`no service port ${target.port} found for service ${JSON.stringify(target.name)}`);
  const backend = fromSlices(store, cluster, target, port) ?? fromEndpoints(store, cluster, target, port);
  if (!backend) throw new Error(`no endpoints available for service ${JSON.stringify(target.name)}`);
  return backend;
}

const matchesPort = (port: JsonObject, wanted: JsonObject): boolean => textAt(port, 'name') === textAt(wanted, 'name');
const hostPort = (host: string, port: JsonValue | undefined): string => `${host.includes(':') ? `[${host}]` : host}:${Number(port)}`;

function fromSlices(store: Store, cluster: string, { name, namespace }: Target, wanted: JsonObject): string | undefined {
  const resource = { group: 'discovery.k8s.io', resource: 'endpointslices' };
  const prefix = collectionPrefix(resource, cluster, namespace);
  const match = (entry: { labels: Readonly<Record<string, string>> }): boolean => entry.labels['kubernetes.io/service-name'] === name;
  for (const entry of store.cacher(resourcePrefix(resource)).list({ prefix, match }).entries) {
    const slice = storedObject(entry);
    const port = objectsAt(slice, 'ports').find((candidate) => matchesPort(candidate, wanted));
    const endpoint = objectsAt(slice, 'endpoints').find((candidate) => objectAt(candidate, 'conditions')?.['ready'] !== false);
    const [address] = textsAt(endpoint, 'addresses');
    if (port && address) return hostPort(address, port['port']);
  }
  return undefined;
}

function fromEndpoints(store: Store, cluster: string, { name, namespace }: Target, wanted: JsonObject): string | undefined {
  const endpoints = objectOf(store, objectKey({ group: '', resource: 'endpoints' }, cluster, namespace, name));
  for (const subset of objectsAt(endpoints, 'subsets')) {
    const port = objectsAt(subset, 'ports').find((candidate) => matchesPort(candidate, wanted));
    const ip = textAt(objectsAt(subset, 'addresses')[0], 'ip');
    if (port && ip !== '') return hostPort(ip, port['port']);
  }
  return undefined;
}

function objectOf(store: Store, key: string): JsonObject | undefined {
  const entry = store.get(key);
  const object = entry && storedObject(entry);
  return isObject(object) ? object : undefined;
}
