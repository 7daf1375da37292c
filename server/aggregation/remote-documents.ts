/** What another server says of the group and version that it serves: its resources, and its part of the OpenAPI documents. */
import { documentOf, partOf, type Published } from '../../openapi/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import type { RemoteService } from './api-service.js';
import type { Probe } from './probe.js';
import type { Target } from './upstream.js';

export interface RemoteDocuments {
  resources: readonly JsonValue[];
  openapi: Published;
  /** Where `openapi` was found: as long as that is the same, so is its content. */
  openapiUrl: string;
}

const JSON_TYPE = 'application/json';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

type Get = (path: string, accept: string) => Promise<{ value: JsonObject; contentType: string }>;

/** Rejects when the resources cannot be had; a server without OpenAPI documents has none. */
export async function readDocuments(
  service: RemoteService,
  target: Target,
  probe: Probe,
  before?: RemoteDocuments,
): Promise<RemoteDocuments> {
  const get: Get = async (path, accept) => {
    const { code, body, contentType } = await probe(service, target, path, accept);
    if (code !== 200) throw new Error(`${path}: ${code}`);
    const value = JSON.parse(body.toString('utf8')) as JsonValue;
    if (!isObject(value)) throw new Error(`${path}: no object`);
    return { value, contentType };
  };
  const resources = await resourcesOf(service, get);
  const key = `apis/${service.group}/${service.version}`;
  const openapiUrl = await openapiUrlOf(key, get);
  if (before && before.openapiUrl === openapiUrl) return { ...before, resources };
  const v3 = openapiUrl === '' ? undefined : documentOf((await get(openapiUrl, JSON_TYPE)).value);
  const v2 = await get('/openapi/v2', JSON_TYPE).then(({ value }) => partOf(value, key), absent);
  return { resources, openapi: { key, v2, v3 }, openapiUrl };
}

const absent = (): undefined => undefined;

async function resourcesOf({ group, version }: RemoteService, get: Get): Promise<readonly JsonValue[]> {
  const found = await get('/apis', `${AGGREGATED},${JSON_TYPE}`).catch(absent);
  if (found?.contentType.includes('as=APIGroupDiscoveryList')) {
    const own = objectsAt(found.value, 'items').find(({ metadata }) => isObject(metadata) && metadata['name'] === group);
    const versions = objectsAt(own, 'versions').find((each) => each['version'] === version);
    if (versions) return objectsAt(versions, 'resources');
  }
  const { value } = await get(`/apis/${group}/${version}`, JSON_TYPE);
  return described(objectsAt(value, 'resources'), group, version);
}

/** The entries of an APIResourceList as those of aggregated discovery. */
function described(list: readonly JsonObject[], group: string, version: string): JsonObject[] {
  const responseKind = (entry: JsonObject): JsonObject => ({
    group: textAt(entry, 'group') || group,
    version: textAt(entry, 'version') || version,
    kind: textAt(entry, 'kind'),
  });
  const optional = (entry: JsonObject, name: string): JsonObject => (entry[name] === undefined ? {} : { [name]: entry[name]! });
  return list
    .filter((entry) => !textAt(entry, 'name').includes('/'))
    .map((entry) => {
      const name = textAt(entry, 'name');
      const subresources = list
        .filter((other) => textAt(other, 'name').startsWith(`${name}/`))
        .map((other) => ({
          subresource: textAt(other, 'name').slice(name.length + 1),
          responseKind: responseKind(other),
          verbs: other['verbs'] ?? [],
        }));
      return {
        resource: name,
        responseKind: responseKind(entry),
        scope: entry['namespaced'] === true ? 'Namespaced' : 'Cluster',
        singularResource: textAt(entry, 'singularName'),
        verbs: entry['verbs'] ?? [],
        ...optional(entry, 'shortNames'),
        ...optional(entry, 'categories'),
        ...(subresources.length > 0 && { subresources }),
      };
    });
}

/** Path and query of the document of OpenAPI 3; empty: there is none. */
async function openapiUrlOf(key: string, get: Get): Promise<string> {
  const index = await get('/openapi/v3', JSON_TYPE).catch(absent);
  const url = textAt(objectAt(objectAt(index?.value, 'paths'), key), 'serverRelativeURL');
  return url.startsWith('/') ? url : '';
}
