/** Ownership of replicas, seen as that of a Scale object and taken back to its parent (A10.4, R5.89). */
import type { JsonObject, JsonValue } from '../json-value.js';
import { difference, has, isEmpty, namedFields, setOf } from './field-set.js';
import { decodeManagedFields, encodeManagedFields, type ManagedEntry } from './managed-fields.js';
import { fieldElement, type Path } from './path.js';

const SCALE_VERSION = 'autoscaling/v1';
const SCALE_REPLICAS: Path = [fieldElement('spec'), fieldElement('replicas')];

/** Where each apiVersion of the parent has its replicas (`.spec.replicas`); null where a version has no scale subresource. */
export type ReplicasPaths = ReadonlyMap<string, string | null>;

/** The managedFields of the Scale of a parent with these managedFields. Throws `ManagedFieldsError` or `PathElementError`. */
export function scaleManagedFields(parent: JsonValue | undefined, paths: ReplicasPaths): JsonObject[] | undefined {
  const scaled = new Map<string, ManagedEntry>();
  for (const [identity, entry] of decodeManagedFields(parent)) {
    const path = replicasPath(paths, entry.apiVersion);
    if (path && has(entry.set, path)) scaled.set(identity, { ...entry, apiVersion: SCALE_VERSION, set: namedFields('spec.replicas') });
  }
  return encodeManagedFields(scaled);
}

/**
 * The managedFields of the parent after a write to its Scale, whose managedFields are `scale` now. `apiVersion` is the parent's in the
 * request. As upstream, identities are compared as the Scale has them, so those of updates always count as gone and come back
 * without a time. Throws `ManagedFieldsError` or `PathElementError`.
 */
export function parentManagedFields(
  parent: JsonValue | undefined,
  scale: JsonValue | undefined,
  paths: ReplicasPaths,
  apiVersion: string,
): JsonObject[] | undefined {
  const before = decodeManagedFields(parent);
  const scaled = new Map(decodeManagedFields(scale));
  const after = new Map<string, ManagedEntry>();
  for (const [identity, entry] of before) {
    if (!paths.has(entry.apiVersion)) continue;
    const path = replicasPath(paths, entry.apiVersion);
    const lost = path && has(entry.set, path) && !scaled.delete(identity);
    const set = lost ? difference(entry.set, setOf(path)) : entry.set;
    if (!isEmpty(set)) after.set(identity, { ...entry, set });
  }
  const replicas = setOf(replicasPath(paths, apiVersion)!);
  for (const [identity, entry] of scaled) {
    if (!has(entry.set, SCALE_REPLICAS)) continue;
    after.set(identity, { ...entry, apiVersion, time: before.get(identity)?.time, set: replicas });
  }
  return encodeManagedFields(after);
}

function replicasPath(paths: ReplicasPaths, apiVersion: string): Path | undefined {
  const path = paths.get(apiVersion);
  return path ? path.split('.').filter(Boolean).map(fieldElement) : undefined;
}
