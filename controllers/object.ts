/** Objects as a controller sees them: the metadata is typed, the rest belongs to the kind. */
import { parseApiVersion } from '../schemas/group-version.js';
import type { ObjectMeta as Metadata, OwnerReference } from '../schemas/object-meta.js';

/** How an object names its kind: `{ apiVersion: 'apps/v1', kind: 'Deployment' }`. */
export interface KindReference {
  apiVersion: string;
  kind: string;
}

export interface ObjectKey {
  name: string;
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
}

export type { OwnerReference };

/** The name is empty when `generateName` shall choose it. */
export interface ObjectMeta extends Metadata {
  name: string;
}

/** Any object; kinds extend it with their own members (`spec`, `status`, `data` …). */
export interface KubeObject extends KindReference {
  metadata: ObjectMeta;
}

export interface ObjectList<T> {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: T[];
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** `namespace/name`, or `name` at cluster scope: the key under which caches and queues hold an object. */
export function keyName({ name, namespace }: ObjectKey): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function keyOf({ metadata }: { metadata: ObjectMeta }): ObjectKey {
  return metadata.namespace ? { name: metadata.name, namespace: metadata.namespace } : { name: metadata.name };
}

/** `apps/v1/Deployment`: one text per kind and version. */
export function kindName({ apiVersion, kind }: KindReference): string {
  return `${apiVersion}/${kind}`;
}

/** `''` for the core group. */
export function groupOf(apiVersion: string): string {
  return parseApiVersion(apiVersion)?.group ?? '';
}

export function isTerminating({ metadata }: { metadata: ObjectMeta }): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** The reference with `controller: true`, if any. */
export function controllerOf({ metadata }: { metadata: ObjectMeta }): OwnerReference | undefined {
  return metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** A reference that makes `owner` the controller of whatever carries it, and blocks its foreground deletion. */
export function ownerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
