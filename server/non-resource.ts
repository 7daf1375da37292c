/** Everything that is no resource: health, version, discovery, OpenAPI, metrics (rest.md §1.4, §9, §10). */
import { methodNotAllowed, notAcceptable, notAcceptableRoute, unknownResource } from '../schemas/status.js';
import type { JsonObject } from '../schemas/json-value.js';
import { encodeValue } from './answers.js';
import type { Request } from './api.js';
import { aggregated, coreVersions, etagOf, groupDocument, groupList, resourceList } from './discovery.js';
import { jsonWebKeySet, KEY_SET_TYPE, openidConfiguration } from './auth/issuer-discovery.js';
import { expositionOf } from './exposition.js';
import type { Health } from './health.js';
import { acceptsAny, ALL_TYPES, JSON_TYPE, negotiate, negotiateDiscovery } from './negotiation.js';
import type { OpenApi } from './openapi.js';
import type { Reply } from './reply.js';
import { PlainNotFound } from './routing.js';
import { versionInfo } from './version.js';

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

/** R1.13 */
export const NON_RESOURCE_NOT_FOUND: Reply = { code: 404, headers: TEXT, body: [Buffer.from('404 page not found\n')] };

export interface NonResource {
  isHealth(path: string): boolean;
  /** Throws PlainNotFound or a StatusError. */
  serve(request: Request): Promise<Reply>;
}

export interface NonResourceOptions {
  health: Health;
  openapi: OpenApi;
  /** Prometheus text. */
  metrics(): Promise<string>;
  serverAddress(): string;
}

export function createNonResource(options: NonResourceOptions): NonResource {
  const serve = async (request: Request): Promise<Reply> => {
    const path = request.info.path.length > 1 ? request.info.path.replace(/\/$/, '') : request.info.path;
    const [first, ...rest] = path.split('/').slice(1);
    switch (first) {
      case 'healthz':
      case 'livez':
      case 'readyz':
        return health(options.health, first, rest, request);
      case 'version':
        if (rest.length) break;
        return version(request);
      case 'metrics':
        if (rest.length === 0) return exposition(await options.metrics());
        if (rest.join('/') !== 'slis') break;
        return exposition(expositionOf(options.health.families()));
      case 'api':
        return rest.length === 0 ? discoveryRoot(request, true, options.serverAddress()) : groupVersion(request, '', rest);
      case 'apis':
        return rest.length === 0 ? discoveryRoot(request, false, '') : groupVersion(request, rest[0]!, rest.slice(1));
      case 'openapi':
        return options.openapi.serve(request, rest);
      case '.well-known':
        if (rest[0] !== 'openid-configuration') break;
        checkDocument(request, rest.length === 1, JSON_TYPE);
        return openidConfiguration(request.api.auth.serviceAccounts, options.serverAddress());
      case 'openid':
        if (rest[0] !== 'v1' || rest[1] !== 'jwks') break;
        checkDocument(request, rest.length === 2, KEY_SET_TYPE);
        return jsonWebKeySet(request.api.auth.serviceAccounts);
      case '':
        return index(request);
    }
    throw new PlainNotFound();
  };
  return { serve, isHealth: (path) => /^\/(healthz|livez|readyz|metrics)(\/|$)/.test(path) };
}

function exposition(text: string): Reply {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores' };
  return { code: 200, headers, body: [Buffer.from(text)] };
}

function health(checks: Health, endpoint: 'healthz' | 'livez' | 'readyz', rest: string[], request: Request): Reply {
  const found = checks.report(endpoint, rest, request.query.all('exclude'), request.query.has('verbose'));
  if (!found) throw new PlainNotFound();
  return { code: found.ok ? 200 : 500, headers: TEXT, body: [Buffer.from(found.text)] };
}

/** A document that comes in one form only. */
function checkDocument(request: Request, isWhole: boolean, type: string): void {
  if (!isWhole) throw unknownResource();
  if (request.method !== 'GET') throw methodNotAllowed();
  if (!acceptsAny(request.header('accept'), [type])) throw notAcceptableRoute([type]);
}

function version(request: Request): Reply {
  checkDocument(request, true, JSON_TYPE);
  return encodeValue(versionInfo(), 200, { mediaType: JSON_TYPE, pretty: true }, undefined);
}

/** R9.1, R9.2, R9.20–R9.24 */
function discoveryRoot(request: Request, isCore: boolean, serverAddress: string): Reply {
  if (isCore) checkRoute(request);
  const { api, info } = request;
  const accept = request.header('accept');
  const found = negotiateDiscovery(accept);
  if (found) {
    const document = aggregated(api.registry, info.cluster, isCore);
    const etag = `"${etagOf(document)}"`;
    const headers = { etag, vary: 'Accept', 'cache-control': 'public' };
    if (request.header('if-none-match') === etag) return { code: 304, headers, body: [] };
    const made = encodeValue(document, 200, { mediaType: found, pretty: false }, undefined);
    return { ...made, headers: { ...headers, 'content-type': `${found};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList` } };
  }
  const document = isCore ? coreVersions(serverAddress) : groupList(api.registry, info.cluster);
  return plain(request, document, isCore ? 'APIVersions' : 'APIGroupList');
}

/** R1.15, R1.19: what a route of Kubernetes checks; `/apis` and the groups below it are none. */
function checkRoute(request: Request): void {
  if (request.method !== 'GET') throw methodNotAllowed();
  if (!acceptsAny(request.header('accept'), ALL_TYPES)) throw notAcceptableRoute(ALL_TYPES);
}

function groupVersion(request: Request, group: string, rest: string[]): Reply {
  const { api, info } = request;
  const isBuiltin = api.registry.isBuiltinGroup(group);
  if (rest.length === 0) {
    const document = groupDocument(api.registry, info.cluster, group);
    if (!document) throw new PlainNotFound();
    return plain(request, document, 'APIGroup');
  }
  if (rest.length > 1) throw new PlainNotFound();
  const document = resourceList(api.registry, info.cluster, { group, version: rest[0]! });
  if (!document) {
    if (isBuiltin) throw unknownResource();
    throw new PlainNotFound();
  }
  if (isBuiltin) checkRoute(request);
  return plain(request, document, 'APIResourceList');
}

/** A document without conversions (R9.3). */
function plain(request: Request, document: JsonObject, kind: string): Reply {
  const output = negotiate(request.header('accept'), { types: ALL_TYPES, conversions: false }, request.query, request.header('user-agent'));
  if (!output) throw notAcceptable(ALL_TYPES);
  return encodeValue(document, 200, output, { group: '', version: 'v1', kind });
}

/** R1.22 */
function index(request: Request): Reply {
  const { registry } = request.api;
  const paths = new Set([
    '/.well-known/openid-configuration',
    '/api',
    '/apis',
    '/healthz',
    '/livez',
    '/metrics',
    '/metrics/slis',
    '/openapi/v2',
    '/openapi/v3',
    '/openid/v1/jwks',
    '/readyz',
    '/version',
  ]);
  for (const { gvk } of registry.all(request.info.cluster)) {
    if (gvk.group === '') paths.add(`/api/${gvk.version}`);
    else paths.add(`/apis/${gvk.group}`).add(`/apis/${gvk.group}/${gvk.version}`);
  }
  for (const { group, version } of registry.remote(request.info.cluster)) paths.add(`/apis/${group}`).add(`/apis/${group}/${version}`);
  return encodeValue({ paths: [...paths].sort() }, 200, { mediaType: JSON_TYPE, pretty: true }, undefined);
}
