/** Managed fields of a request's writes: `schemas/apply` with what it needs to know of the resource (objects.md A). */
import { namedFields, type FieldSet } from '../schemas/apply/field-set.js';
import { apply, keepTimes, type ManagerOptions, trackUpdate } from '../schemas/apply/field-manager.js';
import { type Conversion, PendingConversion } from '../schemas/apply/versions.js';
import { asSaid, inWholeLists, type Said } from '../schemas/said.js';
import { convertBuiltin } from '../schemas/conversion/index.js';
import { apiVersionOf, parseApiVersion } from '../schemas/group-version.js';
import { clone, equal, type JsonObject } from '../schemas/json-value.js';
import { encodeJson } from '../schemas/wire/json.js';
import type { Request } from './api.js';
import { shownObject } from './codec.js';
import type { WriteOptions } from './request-options.js';
import { apiVersion, type Resource } from './resource.js';
import type { Steps } from './steps.js';
import { goSeconds } from './time.js';

export interface FieldsOwner {
  /** Records what a create, PUT or patch changed, and that it `said` the same in other words; returns `updated`. */
  update(live: JsonObject | undefined, updated: JsonObject, said?: readonly Said[]): JsonObject;
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
    update(live, updated, said = []) {
      const notShown = [...said];
      const shown = shownObject(resource, updated, notShown);
      const tracked = notShown.length ? asSaid(shown, inWholeLists(notShown, resource.mergeType())) : shown;
      trackUpdate(live, tracked, resource.mergeType(), manager, how);
      updated['metadata'] = tracked['metadata']!;
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

interface Siblings {
  generation: number;
  resources: readonly Resource[];
  /** By subresource. */
  resetFields: Map<string, ReadonlyMap<string, FieldSet>>;
}

const siblings = new WeakMap<Resource, Siblings>();

/** All versions of a kind in its group, to which another group's (of Events) are unknown; looked up once, and again where definitions have changed. */
function siblingsOf(resource: Resource, request: Request): Siblings {
  const { registry } = request.api;
  const { cluster } = request.info;
  const generation = resource.isCustom ? registry.generation(cluster) : 0;
  const known = siblings.get(resource);
  if (known?.generation === generation) return known;
  const { group, kind } = resource.gvk;
  const all = resource.isCustom ? registry.custom(cluster) : registry.builtins();
  const resources = all.filter((other) => other.gvk.kind === kind && other.gvk.group === group && other.cacher === resource.cacher);
  const made = { generation, resources, resetFields: new Map() };
  siblings.set(resource, made);
  return made;
}

function resetFieldsOf(resource: Resource, request: Request, subresource: string): ReadonlyMap<string, FieldSet> {
  const { resources, resetFields } = siblingsOf(resource, request);
  const known = resetFields.get(subresource);
  if (known) return known;
  const sets = new Map<string, FieldSet>();
  for (const other of resources) {
    const strategy = subresource === '' ? other.strategy : other.strategy.subresources[subresource];
    if (strategy?.resetFields.length) sets.set(apiVersion(other), namedFields(...strategy.resetFields.map((path) => path.join('.'))));
  }
  resetFields.set(subresource, sets);
  return sets;
}

/** Managed fields of other versions are compared in their version. */
function conversionFor(resource: Resource, request: Request): Conversion {
  return (object, version) => {
    const other = siblingsOf(resource, request).resources.find((r) => apiVersionOf(r.gvk) === version);
    if (resource.isCustom) {
      const parsed = parseApiVersion(version);
      const type = other?.mergeType() ?? (parsed?.group === resource.gvk.group ? resource.mergeTypeOf?.(parsed.version) : undefined);
      // A11.2: a version that a definition no longer has costs the object its managed fields
      if (!type) throw new Error(`there is no version ${version}`);
      const convert = resource.conversion?.convert;
      // None conversion does not prune here, so what the version does not know shows as an error (A11.2)
      return { object: convert ? asked(request, convert, object, version) : { ...clone(object), apiVersion: version }, type };
    }
    if (!other) return undefined;
    const source = parseApiVersion(String(object['apiVersion'] ?? apiVersion(resource)))!;
    return { object: convertBuiltin(clone(object), { ...resource.gvk, ...source }, other.gvk), type: other.mergeType() };
  };
}

/** What webhooks have answered to a request so far; it asks again with equal objects. */
const answers = new WeakMap<Request, Map<string, JsonObject | Error>>();

/** The webhook's answer, or PendingConversion until it is there. Throws what the webhook's call threw. */
function asked(
  request: Request,
  convert: (objects: readonly JsonObject[], apiVersion: string) => Promise<JsonObject[]>,
  object: JsonObject,
  version: string,
): JsonObject {
  const known = answers.get(request) ?? new Map<string, JsonObject | Error>();
  answers.set(request, known);
  const key = `${version} ${encodeJson(object)}`;
  const answer = known.get(key);
  if (answer instanceof Error) throw answer;
  if (answer) return clone(answer);
  const result = convert([clone(object)], version).then(
    ([made]) => known.set(key, made!),
    (error: Error) => known.set(key, error),
  );
  throw new PendingConversion(result);
}

/** Does the work again, once what it has to wait for is there, until it has all it needs. */
export function* untilConverted<T>(work: () => T): Steps<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof PendingConversion)) throw error;
      yield error.result;
    }
  }
}

/** R3.31: equal but for the times of managed fields; `object` then takes the old ones over. */
export function sameButTimes(object: JsonObject, old: JsonObject): boolean {
  keepTimes(old, object);
  return equal(object, old);
}
