/** A served resource: a kind's row, the shape of its objects, their life-cycle, and where they are stored. */
import type { CustomKind } from '../openapi/index.js';
import type { MergeType } from '../schemas/apply/merge-type.js';
import type { ReplicasPaths } from '../schemas/apply/scale.js';
import { apiVersionOf, type GroupResource, type GroupVersionKind } from '../schemas/group-version.js';
import type { JsonObject } from '../schemas/json-value.js';
import type { ScalePaths } from '../schemas/crd/scale.js';
import type { Kind } from '../schemas/kinds.js';
import type { ObjectSchema } from '../schemas/object-schema.js';
import type { Cacher } from '../storage/cacher.js';
import { collectionPrefix, objectKey } from '../storage/keys.js';
import type { Allocator } from './allocation.js';
import type { Strategy } from './strategy.js';

export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}
/** How a resource prints as a Table (rest.md §8.3). */
export interface TablePrinter {
  columns: TableColumn[];
  cells(object: JsonObject, now: number): unknown[];
  conditions?(object: JsonObject): JsonObject[] | undefined;
  /** The default table prints `rows: null` for an empty list (R8.15). */
  isDefault?: boolean;
  /** Of rows; as listed if absent. */
  order?: ((a: JsonObject, b: JsonObject) => number) | undefined;
}

/** Conversion between the served version and the stored one. */
export interface Conversion {
  /** Changes `object`, in the stored version, into the served one. */
  fromStored(object: JsonObject): JsonObject | Promise<JsonObject>;
  toStored(object: JsonObject): JsonObject | Promise<JsonObject>;
  /** Where a webhook converts: the items of a list in one call, complete with kind and apiVersion (B8.1). */
  listFromStored?(objects: JsonObject[]): Promise<JsonObject[]>;
  /** Any versions into any, by the webhook. */
  convert?(objects: readonly JsonObject[], apiVersion: string): Promise<JsonObject[]>;
}

export interface Resource {
  kind: Kind;
  gvk: GroupVersionKind;
  gr: GroupResource;
  /** Where its objects are stored: keys and their bytes' group, version, kind. */
  storedGr: GroupResource;
  storedGvk: GroupVersionKind;
  /** An object of a CustomResourceDefinition. */
  isCustom: boolean;
  /** The served version is the stored one. */
  isStoredVersion: boolean;
  schema: ObjectSchema;
  mergeType(): MergeType;
  strategy: Strategy;
  cacher: Cacher;
  conversion?: Conversion;
  table: TablePrinter;
  /** Values for field selectors beside metadata.name and metadata.namespace (R6.52), of the served version. */
  selectableFields(object: JsonObject): Record<string, string>;
  /** Custom resources: the same of the stored version, whichever was written. */
  fieldsOfStored?(object: JsonObject): Record<string, string>;
  /** Custom resources: the type of any version that the definition has, be it served or not. */
  mergeTypeOf?(version: string): MergeType | undefined;
  /** Warnings that accompany every request (R1.33). */
  requestWarning?: string;
  /** Custom resources: a newer schema than the stored object's may bring new defaults (B5); older entries are read through the schema. */
  schemaRevision?: number;
  /** Custom resources: the CRD is being deleted (R1.17). */
  isTerminating?: boolean;
  /** Custom resources: what OpenAPI publishes (R10.30). */
  published?(): CustomKind;
  /** Services: addresses and ports. */
  allocator?: Allocator;
  /** Custom resources with a scale subresource. */
  scale?: ScalePaths;
  /** Of all versions. */
  replicasPaths?(): ReplicasPaths;
  /** Aborted when the resource is no longer served as it was; ends its watches (R7.17). */
  retired: AbortSignal;
}

export const apiVersion = (resource: Resource): string => apiVersionOf(resource.gvk);
/** Where an object is stored; a namespace given for a cluster-scoped resource (`namespaces` themselves) does not count. */
export const keyOf = (resource: Resource, cluster: string, namespace: string, name: string): string =>
  objectKey(resource.storedGr, cluster, isNamespaced(resource) ? namespace : '', name);

/** Where a collection is stored; `namespace` is `''` for all of them. */
export const prefixOf = (resource: Resource, cluster: string, namespace: string): string =>
  collectionPrefix(resource.storedGr, cluster, isNamespaced(resource) ? namespace : '');

export const isNamespaced = (resource: Resource): boolean => resource.kind.namespaced;
