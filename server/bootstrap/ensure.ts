import { equal, type JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { KeyExists } from '../../storage/errors.js';
import type { Api } from '../api.js';
import { encodeEntry, storedObject } from '../codec.js';
import { keyOf, type Resource } from '../resource.js';
import { goSeconds } from '../time.js';
import { newborn, ownAsServer, ownChange } from './own.js';

/** An object of the server's own: `kind` and `apiVersion` inside, what has a default may be left out. */
export type OwnObject = JsonObject & { kind: string; apiVersion: string; metadata: JsonObject };

/** The resource of an own object; undefined where the profile does not serve it. */
export const resourceOf = (api: Api, cluster: string, { kind, apiVersion }: OwnObject): Resource | undefined =>
  api.registry.findKind(cluster, apiVersion, kind);

export interface Ensuring {
  /** Members that always say what we say. */
  ours?: readonly string[] | undefined;
  /** Who owns its fields, if not the server. */
  manager?: string;
  /** Changes in place what is there already to what it should be; false where it is that. `whole` is what we would create. */
  revise?(object: JsonObject, whole: JsonObject): boolean;
}

/**
 * Creates the object if it is not there; a kind that is not served is none of ours. One that is there keeps what was made of it, but for
 * the members that are ours.
 */
export async function ensure(api: Api, cluster: string, wanted: OwnObject, { ours = [], manager, revise }: Ensuring = {}): Promise<void> {
  const resource = resourceOf(api, cluster, wanted);
  if (!resource) return;
  const { name, namespace = '' } = metaOf(wanted);
  const key = keyOf(resource, cluster, namespace, name!);
  if (api.store.get(key)) {
    if (ours.length) await change(api, resource, key, (stored) => restore(stored, wanted, ours), manager);
    if (revise) {
      const whole = completed(api, resource, wanted, manager);
      await change(api, resource, key, (stored) => revise(stored, whole), manager);
    }
    return;
  }
  const object = completed(api, resource, wanted, manager);
  try {
    await api.store.create(key, (revision) => encodeEntry(resource, object, object, revision));
  } catch (error) {
    if (!(error instanceof KeyExists)) throw error;
  }
}

/** Whether any of the members said something else. */
function restore(object: JsonObject, wanted: JsonObject, ours: readonly string[]): boolean {
  if (ours.every((member) => equal(object[member], wanted[member]))) return false;
  for (const member of ours) object[member] = wanted[member]!;
  return true;
}

/** As an update by `manager`: a changed spec is a new generation. */
async function change(
  { store, chance }: Api,
  resource: Resource,
  key: string,
  revise: (object: JsonObject) => boolean,
  manager: string | undefined,
): Promise<void> {
  await store.update(key, (head) => {
    const object = head && storedObject(head);
    if (!object || !revise(object)) return { type: 'keep' };
    const live = storedObject(head);
    const meta = metaOf(object);
    if (meta.generation && !equal(live['spec'], object['spec'])) meta.generation += 1;
    ownChange(resource, live, object, manager, goSeconds(chance.now()));
    return { type: 'put', encode: (revision) => encodeEntry(resource, object, object, revision) };
  });
}

/** Removes an object if it is there. */
export async function drop(api: Api, cluster: string, wanted: OwnObject): Promise<void> {
  const resource = resourceOf(api, cluster, wanted);
  if (!resource) return;
  const { name, namespace = '' } = metaOf(wanted);
  const key = keyOf(resource, cluster, namespace, name!);
  await api.store.update(key, (head) => {
    if (!head) return { type: 'keep' };
    const last = storedObject(head);
    return { type: 'delete', encode: (revision) => encodeEntry(resource, last, last, revision) };
  });
}

/** What was there when managers were noted: what makes a namespace a namespace, and what a service is assigned, comes later. */
function asSent(object: JsonObject): JsonObject {
  const { kind, apiVersion, metadata, spec } = object;
  if (kind === 'Namespace') return { kind, apiVersion: apiVersion!, metadata: metadata! };
  if (kind !== 'Service') return object;
  const { clusterIPs: _, ipFamilies: __, ...sent } = spec as JsonObject;
  return { ...object, spec: sent };
}

function completed({ chance }: Api, resource: Resource, wanted: OwnObject, manager: string | undefined): JsonObject {
  return newborn(wanted, chance, () => {
    const { schema, kind } = resource;
    const { status, ...object }: JsonObject = structuredClone(wanted);
    schema.conform(object, []);
    schema.default(object);
    if (kind.generation) metaOf(object).generation = 1;
    const sent = asSent(object);
    ownAsServer(resource, sent, manager);
    object['metadata'] = sent['metadata']!;
    if (status !== undefined) object['status'] = status;
    schema.settle(object);
    return object;
  });
}
