/** An APIService as the aggregator reads it (objects.md F). */
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { flagAt, numberAt, objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import type { ServiceReference } from '../service-resolver.js';

export const API_SERVICES = { group: 'apiregistration.k8s.io', resource: 'apiservices' };
/** Ours: the address of a service that the cluster's objects do not describe, as `https://127.0.0.1:8443`. */
export const URL_ANNOTATION = 'kurma.dev/url';
const DEFAULT_PORT = 443;

export interface ApiService {
  cluster: string;
  name: string;
  group: string;
  version: string;
  groupPriority: number;
  versionPriority: number;
  /** Who serves the group and version; undefined: this server. */
  service: ServiceReference | undefined;
  /** Takes the place of looking for the service's address. */
  url: URL | undefined;
  /** PEM of the authorities of the service's certificate; undefined: the public ones. */
  authorities: string | undefined;
  isInsecure: boolean;
  isAvailable: boolean;
  revision: number;
}

/** An APIService whose group and version another server serves. */
export type RemoteService = ApiService & { service: ServiceReference };

export const isRemote = (service: ApiService): service is RemoteService => service.service !== undefined;

export function apiServiceOf(object: JsonObject, cluster: string, revision: number): ApiService {
  const spec = objectAt(object, 'spec');
  const reference = objectAt(spec, 'service');
  const caBundle = textAt(spec, 'caBundle');
  const { name, annotations } = metaOf(object);
  return {
    cluster,
    name: name!,
    group: textAt(spec, 'group'),
    version: textAt(spec, 'version'),
    groupPriority: numberAt(spec, 'groupPriorityMinimum') ?? 0,
    versionPriority: numberAt(spec, 'versionPriority') ?? 0,
    service: reference && {
      namespace: textAt(reference, 'namespace'),
      name: textAt(reference, 'name'),
      port: numberAt(reference, 'port') || DEFAULT_PORT,
    },
    url: urlOf(annotations?.[URL_ANNOTATION]),
    authorities: caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString('utf8'),
    isInsecure: flagAt(spec, 'insecureSkipTLSVerify'),
    isAvailable: objectsAt(objectAt(object, 'status'), 'conditions').some(
      (condition) => condition['type'] === 'Available' && condition['status'] === 'True',
    ),
    revision,
  };
}

/** What is no `https:` URL is none. */
function urlOf(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) && text.startsWith('https:') ? new URL(text) : undefined;
}
