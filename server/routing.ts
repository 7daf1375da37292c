/** From a RequestInfo to a resource and a verb, or the refusal that a real server gives (R1.13–R1.20). */
import type { Verb } from '../schemas/kinds.js';
import { methodNotAllowed, methodNotSupported, notFound, unknownResource } from '../schemas/status.js';
import type { Registry } from './registry.js';
import type { RequestInfo } from './request-info.js';
import { isNamespaced, type Resource } from './resource.js';

/** R1.13: answered as text, whatever Accept says. */
export class PlainNotFound extends Error {}

export interface Route {
  resource: Resource;
  /** Row of the subresource, if the path names one. */
  subresource: string;
}

/** Throws PlainNotFound or a StatusError. `found` is told the resource, of a custom one also where it then refuses the request. */
export function route(registry: Registry, info: RequestInfo, method: string, found: (resource: Resource) => void = () => {}): Route {
  const resource = registry.find(info.cluster, info);
  if (resource?.isCustom) return routeCustom(resource, info, method, found);
  if (!registry.isBuiltinGroup(info.group) || (info.group === '') !== (info.apiPrefix === 'api')) throw new PlainNotFound();
  if (!resource || !isBuiltinPath(resource, info)) throw unknownResource();
  const allowed = methodsOf(resource, info);
  if (!allowed) throw unknownResource();
  if (!allowed.includes(method)) throw methodNotAllowed();
  found(resource);
  return { resource, subresource: info.subresource };
}

/** R1.5, R1.8: a name needs its namespace, a cluster-scoped resource has none, nothing follows a subresource. */
function isBuiltinPath(resource: Resource, info: RequestInfo): boolean {
  const isNamespaceItself = resource.gr.group === '' && resource.gr.resource === 'namespaces';
  if (info.parts.length > 3 && !PATH_SUBRESOURCES.has(info.subresource)) return false;
  if (info.parts.some((part) => part === '')) return false;
  if (isNamespaceItself) return true;
  if (info.namespace !== '') return isNamespaced(resource);
  return !isNamespaced(resource) || info.parts.length === 1;
}

/** Subresources whose path goes on (`/proxy/a/b`). */
const PATH_SUBRESOURCES = new Set(['proxy']);
type Methods = readonly (readonly [verb: Verb, method: string])[];
const COLLECTION_METHODS: Methods = [
  ['list', 'GET'],
  ['create', 'POST'],
  ['deletecollection', 'DELETE'],
];
const OBJECT_METHODS: Methods = [
  ['get', 'GET'],
  ['update', 'PUT'],
  ['patch', 'PATCH'],
  ['delete', 'DELETE'],
];
const SUBRESOURCE_METHODS: Methods = [['create', 'POST'], ...OBJECT_METHODS];

/** The methods that the path allows; undefined where there is no such path. */
function methodsOf(resource: Resource, info: RequestInfo): string[] | undefined {
  const pick = (verbs: readonly Verb[], table: Methods): string[] => table.filter(([v]) => verbs.includes(v)).map(([, m]) => m);
  const { verbs } = resource.kind;
  if (info.watchPrefix) return verbs.includes('watch') ? ['GET'] : undefined;
  if (info.verb === 'proxy') return undefined;
  if (info.parts.length === 1) {
    const methods = pick(verbs, COLLECTION_METHODS);
    return isNamespaced(resource) && info.namespace === '' ? methods.filter((m) => m === 'GET') : methods;
  }
  if (info.subresource !== '') {
    const row = resource.kind.subresources.find((s) => s.name === info.subresource);
    return row && pick(row.verbs, SUBRESOURCE_METHODS);
  }
  const methods = pick(verbs, OBJECT_METHODS);
  return methods.length ? methods : undefined;
}

/** R1.17: dispatched by group, version and resource; the method alone makes the verb. */
function routeCustom(resource: Resource, info: RequestInfo, method: string, found: (resource: Resource) => void): Route {
  const { verb } = info;
  if (info.parts.some((part) => part === '') || info.parts.length > 3) throw new PlainNotFound();
  if (info.namespace !== '' && !isNamespaced(resource)) throw new PlainNotFound();
  if (info.namespace === '' && isNamespaced(resource) && verb !== 'list' && verb !== 'watch') throw new PlainNotFound();
  found(resource);
  if (info.subresource !== '') {
    const row = resource.kind.subresources.find((s) => s.name === info.subresource);
    if (!row) throw notFound(resource.gr, info.name);
    if (!(row.verbs as readonly string[]).includes(verb)) throw methodNotSupported(resource.gr, verbOf(method, verb));
    return { resource, subresource: info.subresource };
  }
  if (!(resource.kind.verbs as readonly string[]).includes(verb)) throw methodNotSupported(resource.gr, verbOf(method, verb));
  return { resource, subresource: '' };
}

/** OPTIONS and unknown methods have the empty verb. */
const verbOf = (method: string, verb: string): string => (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method) ? verb : '');
