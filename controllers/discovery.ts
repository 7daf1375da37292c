/** Which resource serves a kind: asked of the server, remembered, asked again for what is not known yet. */
import { apiVersionOf, parseApiVersion } from '../schemas/group-version.js';
import { isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { StatusError } from '../schemas/status.js';
import type { ApiResource, CallOptions, Discovery } from './client.js';
import type { KindReference } from './object.js';
import type { TransportRequest, TransportResponse } from './transport.js';

type Request = (request: TransportRequest) => Promise<TransportResponse>;

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

export interface Mapping {
  resourceFor(kind: KindReference): Promise<ApiResource | undefined>;
  discover(options?: CallOptions): Promise<Discovery>;
  /** Forgets a group-version whose resource answered "not found". */
  forget(apiVersion: string): void;
}

export function createMapping(request: Request): Mapping {
  const known = new Map<string, Promise<ApiResource[]>>();

  const load = (apiVersion: string): Promise<ApiResource[]> => {
    const resources = fetchGroupVersion(request, apiVersion);
    known.set(apiVersion, resources);
    resources.catch(() => known.get(apiVersion) === resources && known.delete(apiVersion));
    return resources;
  };
  const lookup = async (resources: Promise<ApiResource[]>, kind: string) => (await resources).find((resource) => resource.kind === kind);

  return {
    async resourceFor({ apiVersion, kind }) {
      const cached = known.get(apiVersion);
      return (cached && (await lookup(cached, kind))) ?? (await lookup(load(apiVersion), kind));
    },
    async discover(options = {}) {
      const discovery = await fetchAll(request, options);
      known.clear();
      const byVersion = new Map<string, ApiResource[]>();
      for (const resource of discovery.resources) {
        const siblings = byVersion.get(apiVersionOf(resource));
        if (siblings) siblings.push(resource);
        else byVersion.set(apiVersionOf(resource), [resource]);
      }
      for (const [apiVersion, resources] of byVersion) known.set(apiVersion, Promise.resolve(resources));
      return discovery;
    },
    forget: (apiVersion) => void known.delete(apiVersion),
  };
}

function groupVersionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The resources of one group-version; none where the server does not know it. */
async function fetchGroupVersion(request: Request, apiVersion: string, options: CallOptions = {}): Promise<ApiResource[]> {
  const gv = parseApiVersion(apiVersion);
  if (!gv) return [];
  try {
    const { body } = await request({ method: 'GET', path: groupVersionPath(apiVersion), ...options });
    return members(body, 'resources')
      .filter((row) => !String(row['name']).includes('/'))
      .map((row) => ({
        group: gv.group,
        version: gv.version,
        resource: String(row['name']),
        kind: String(row['kind']),
        namespaced: row['namespaced'] === true,
        verbs: (row['verbs'] ?? []) as string[],
      }));
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return [];
    throw error;
  }
}

async function fetchAll(request: Request, options: CallOptions): Promise<Discovery> {
  const roots = await Promise.all(
    ['/api', '/apis'].map((path) => request({ method: 'GET', path, headers: { accept: aggregated }, ...options })),
  );
  const parts = await Promise.all(
    roots.map(({ body }) =>
      isObject(body) && body['kind'] === 'APIGroupDiscoveryList' ? fromAggregated(body) : fromLegacy(request, body, options),
    ),
  );
  return { resources: parts.flatMap((part) => part.resources), failures: parts.flatMap((part) => part.failures) };
}

function fromAggregated(list: JsonObject): Discovery {
  const discovery: Discovery = { resources: [], failures: [] };
  for (const group of members(list, 'items')) {
    const name = String((group['metadata'] as JsonObject | undefined)?.['name'] ?? '');
    for (const [index, version] of members(group, 'versions').entries()) {
      const gv = { group: name, version: String(version['version']) };
      // what it served once may no longer be so
      if (version['freshness'] === 'Stale') {
        discovery.failures.push({ groupVersion: apiVersionOf(gv), message: `stale GroupVersion discovery: ${apiVersionOf(gv)}` });
        continue;
      }
      for (const row of members(version, 'resources')) {
        discovery.resources.push({
          group: gv.group,
          version: gv.version,
          resource: String(row['resource']),
          kind: String((row['responseKind'] as JsonObject | undefined)?.['kind'] ?? ''),
          namespaced: row['scope'] === 'Namespaced',
          verbs: (row['verbs'] ?? []) as string[],
          preferred: index === 0,
        });
      }
    }
  }
  return discovery;
}

/** `/api` lists versions of the core group, `/apis` groups with their versions; each version is one more request. */
async function fromLegacy(request: Request, root: JsonValue, options: CallOptions): Promise<Discovery> {
  const core = isObject(root) ? ((root['versions'] ?? []) as string[]) : [];
  const groups = members(root, 'groups').map((group) => members(group, 'versions').map((version) => String(version['groupVersion'])));
  const discovery: Discovery = { resources: [], failures: [] };
  for (const versions of [core, ...groups]) {
    for (const [index, groupVersion] of versions.entries()) {
      try {
        const resources = await fetchGroupVersion(request, groupVersion, options);
        discovery.resources.push(...resources.map((resource) => ({ ...resource, preferred: index === 0 })));
      } catch (error) {
        discovery.failures.push({ groupVersion, message: (error as Error).message });
      }
    }
  }
  return discovery;
}

function members(value: JsonValue, name: string): JsonObject[] {
  const list = isObject(value) ? value[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}
