/** Where a webhook's clientConfig leads: a URL, or a Service of the same store (B8.6, C2). */
import { posix } from 'node:path';
import type { JsonObject } from '../schemas/json-value.js';
import { objectAt, textAt } from '../schemas/validation/members.js';
import type { Store } from '../storage/store.js';
import { addressesOf, type ServiceReference, Unresolved } from './service-resolver.js';

export interface WebhookAddress {
  /** What messages call it: `https://name.ns.svc:443/path`. */
  url: string;
  /** Where to connect, as `https://host:port`. */
  origin: string;
  /** The name that its certificate must have. */
  serverName: string;
}

/** What messages call the webhook of a clientConfig. */
export function webhookUrl(clientConfig: JsonObject): string {
  const reference = objectAt(clientConfig, 'service');
  if (!reference) {
    const url = textAt(clientConfig, 'url');
    const [origin] = /^[a-z]+:\/\/[^/?#]*/i.exec(url) ?? [''];
    return origin + cleaned(new URL(url).pathname);
  }
  const { serverName, port } = serviceOf(reference);
  return `https://${serverName}:${port}${cleaned(textAt(reference, 'path'))}`;
}

/** From one `/`, without doubled ones, dots, or one at the end. */
const cleaned = (path: string): string => posix.join('/', path).replace(/(?<=.)\/$/, '');

function serviceOf(reference: JsonObject): ServiceReference & { serverName: string } {
  const [name, namespace] = [textAt(reference, 'name'), textAt(reference, 'namespace')];
  const port = typeof reference['port'] === 'number' ? reference['port'] : 443;
  return { name, namespace, port, serverName: `${name}.${namespace}.svc` };
}

/** Resolves a clientConfig; throws an Error in the words of the real resolver when there is nowhere to connect to. */
export function webhookAddress(store: Store, cluster: string, clientConfig: JsonObject): WebhookAddress {
  const reference = objectAt(clientConfig, 'service');
  const url = webhookUrl(clientConfig);
  if (!reference) return { url, origin: new URL(url).origin, serverName: new URL(url).hostname };
  const target = serviceOf(reference);
  return { url, origin: `https://${backendOf(store, cluster, target)}`, serverName: target.serverName };
}

/** `host:port` of one endpoint that is ready. */
function backendOf(store: Store, cluster: string, target: ServiceReference): string {
  try {
    const { host, port } = addressesOf(store, cluster, target)[0]!;
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  } catch (error) {
    throw error instanceof Unresolved ? new Error(WORDS[error.reason](target)) : error;
  }
}

const noEndpoints = ({ name }: ServiceReference): string => `no endpoints available for service ${JSON.stringify(name)}`;
const WORDS: Readonly<Record<Unresolved['reason'], (target: ServiceReference) => string>> = {
  ServiceNotFound: ({ name }) => `service ${JSON.stringify(name)} not found`,
  ServicePortError: ({ name, port }) => `no service port ${port} found for service ${JSON.stringify(name)}`,
  EndpointsNotFound: noEndpoints,
  MissingEndpoints: noEndpoints,
};
