/** Managed fields of a request's writes: `schemas/apply` with what it needs to know of the resource (objects.md A). */
import { namedFields, type FieldSet } from '../schemas/apply/field-set.js';
import { apply, keepTimes, type ManagerOptions, trackUpdate } from '../schemas/apply/field-manager.js';
import type { Conversion } from '../schemas/apply/versions.js';
import { apiVersionOf } from '../schemas/group-version.js';
import { clone, equal, type JsonObject } from '../schemas/json-value.js';
import type { Request } from './api.js';
import type { WriteOptions } from './request-options.js';
import { apiVersion, type Resource } from './resource.js';
import { goSeconds } from './time.js';

export interface FieldsOwner {
  /** Records what a create, PUT or patch changed; returns `updated`. */
  update(live: JsonObject | undefined, updated: JsonObject): JsonObject;
  /** Merges an applied configuration. Throws the StatusErrors of R5.51 and R5.60. */
  apply(live: JsonObject | undefined, applied: JsonObject): JsonObject;
}

export function fieldsOwner(resource: Resource, request: Request, options: WriteOptions, subresource: string): FieldsOwner {
  const manager = {
    manager: options.fieldManager,
    apiVersion: apiVersion(resource),
    kind: resource.gvk.kind,
    subresource,
    time: goSeconds(request.api.chance.now()),
  };
  const how: ManagerOptions = {
    empty: emptyOf(resource),
    resetFields: resetFieldsOf(resource, request, subresource),
    convert: conversionFor(resource, request),
  };
  return {
    update(live, updated) {
      trackUpdate(live, updated, resource.mergeType(), manager, how);
      return updated;
    },
    apply: (live, applied) => apply(live, applied, resource.mergeType(), { ...manager, force: options.force }, how),
  };
}

const empties = new WeakMap<Resource, JsonObject>();

/** What an object that does not exist is compared with (A5.6). */
function emptyOf(resource: Resource): JsonObject {
  const known = empties.get(resource);
  if (known) return known;
  const empty: JsonObject = { apiVersion: apiVersion(resource), kind: resource.gvk.kind };
  if (!resource.isCustom) resource.schema.conform(empty, []);
  empties.set(resource, empty);
  return empty;
}

function siblingsOf(resource: Resource, request: Request): Resource[] {
  const { kind } = resource.gvk;
  return request.api.registry
    .all(request.info.cluster)
    .filter((other) => other.gvk.kind === kind && other.storedGvk.kind === kind && other.cacher === resource.cacher);
}

function resetFieldsOf(resource: Resource, request: Request, subresource: string): ReadonlyMap<string, FieldSet> {
  const sets = new Map<string, FieldSet>();
  for (const other of siblingsOf(resource, request)) {
    const strategy = subresource === '' ? other.strategy : other.strategy.subresources[subresource];
    if (strategy?.resetFields.length) sets.set(apiVersion(other), namedFields(...strategy.resetFields.map((path) => path.join('.'))));
  }
  return sets;
}

/** Managed fields of other versions are compared in their version. A webhook cannot be asked here: such entries stay as they are. */
function conversionFor(resource: Resource, request: Request): Conversion {
  return (object, version) => {
    const other = siblingsOf(resource, request).find((r) => apiVersionOf(r.gvk) === version);
    if (!other) {
      // A11.2: a version that a definition no longer has costs the object its managed fields
      if (resource.isCustom) throw new Error(`version ${version} is not served`);
      return undefined;
    }
    // None conversion does not prune here, so what the version does not know shows as an error (A11.2)
    if (resource.isCustom) return { object: { ...clone(object), apiVersion: version }, type: other.mergeType() };
    const stored = resource.conversion ? resource.conversion.toStored(clone(object)) : clone(object);
    if (stored instanceof Promise) return undefined;
    const converted = other.conversion ? other.conversion.fromStored(stored) : stored;
    if (converted instanceof Promise) return undefined;
    converted['apiVersion'] = version;
    return { object: converted, type: other.mergeType() };
  };
}

/** R3.31: equal but for the times of managed fields; `object` then takes the old ones over. */
export function sameButTimes(object: JsonObject, old: JsonObject): boolean {
  keepTimes(old, object);
  return equal(object, old);
}
