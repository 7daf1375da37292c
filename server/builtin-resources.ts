/** The resources of the built-in kinds: a row, its definition's schema, its rules, put together once at start; everything heavy is made on first use. */
import { mergeTypeOfDefinition } from '../schemas/apply/merge-type-of-definition.js';
import { builtinSchema } from '../schemas/builtin-schema.js';
import { convertBuiltin } from '../schemas/conversion/index.js';
import type { FieldError } from '../schemas/field-errors.js';
import type { GroupVersionKind } from '../schemas/group-version.js';
import { clone, equal, isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { BUILTIN_KINDS, type FieldLabel, type Kind } from '../schemas/kinds.js';
import type { ObjectSchema } from '../schemas/object-schema.js';
import { type KindRules, rulesOf, type SubresourceRules } from '../schemas/validation/index.js';
import { resourcePrefix } from '../storage/keys.js';
import type { Store } from '../storage/store.js';
import { metaOf } from '../schemas/object-meta.js';
import { deletionOf } from './kinds/index.js';
import type { Resource } from './resource.js';
import type { Strategy } from './strategy.js';
import { printerOf } from './table.js';

export type Profile = 'platform' | 'kubernetes';

/** One resource a served row of the profile. */
export function builtinResources(store: Store, profile: Profile): Resource[] {
  const kinds = BUILTIN_KINDS.filter((kind) => profile === 'kubernetes' || kind.platform);
  const resources = kinds.map((kind) => builtinResource(store, kind, storedKindOf(kind, kinds)));
  for (const resource of resources) {
    const siblings = resources.filter((other) => sameStorage(other, resource));
    if (siblings.length > 1) resource.selectableFields = fieldsOfAll(siblings, resource);
  }
  return resources;
}

/** Which of the served versions is stored: the first of the kind's group, or another group's that it shares storage with (events). */
function storedKindOf(kind: Kind, kinds: readonly Kind[]): Kind {
  const group = kind.storage?.group ?? kind.group;
  return kinds.find((other) => other.kind === kind.kind && other.group === group) ?? kind;
}

const sameStorage = (a: Resource, b: Resource): boolean => a.storedGvk.kind === b.storedGvk.kind && a.storedGvk.group === b.storedGvk.group;

function builtinResource(store: Store, kind: Kind, stored: Kind): Resource {
  const gvk: GroupVersionKind = { group: kind.group, version: kind.version, kind: kind.kind };
  const storedGvk: GroupVersionKind = { group: stored.group, version: stored.version, kind: stored.kind };
  const rules = rulesOf(kind.group, kind.kind, kind.version);
  const tellsEmpty = rules?.tellsEmpty ?? false;
  let schema: ObjectSchema | undefined;
  let strategy: Strategy | undefined;
  const schemaOf = (): ObjectSchema => {
    schema ??= builtinSchema(kind.definition!, rules?.default, tellsEmpty);
    return schema;
  };
  const gr = { group: kind.group, resource: kind.plural };
  const isStoredAsIs = stored === kind;
  return {
    kind,
    gvk,
    gr,
    storedGr: { group: stored.group, resource: stored.plural },
    storedGvk,
    isCustom: false,
    isStoredVersion: isStoredAsIs && !tellsEmpty,
    get schema() {
      return schemaOf();
    },
    mergeType: () => mergeTypeOfDefinition(kind.definition!),
    get strategy() {
      strategy ??= strategyOf(kind, schemaOf);
      return strategy;
    },
    cacher: store.cacher(resourcePrefix({ group: stored.group, resource: stored.plural })),
    ...(!isStoredAsIs && {
      conversion: {
        fromStored: (object: JsonObject) => convertBuiltin(object, storedGvk, gvk),
        toStored: (object: JsonObject) => convertBuiltin(object, gvk, storedGvk),
      },
    }),
    ...(tellsEmpty && {
      conversion: { fromStored: (object: JsonObject) => schemaOf().shown!(object), toStored: (object: JsonObject) => object },
    }),
    table: printerOf(kind),
    selectableFields: (object) => fieldsOf(kind, object),
    ...(kind.deprecation && { requestWarning: kind.deprecation }),
    retired: new AbortController().signal,
  };
}

/** R6.52: the values of the kind's own labels; metadata is in the key. */
function fieldsOf(kind: Kind, object: JsonObject): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const label of kind.fieldLabels) if (!label.label.startsWith('metadata.')) fields[label.label] = labelValue(object, label);
  return fields;
}

function labelValue(object: JsonObject, { path, otherPath, absent = '' }: FieldLabel): string {
  const own = path === undefined ? undefined : at(object, path);
  return printed(own) || (otherPath === undefined ? '' : printed(at(object, otherPath))) || absent;
}

const printed = (value: JsonValue | undefined): string => (value === undefined || value === null ? '' : String(value));

function at(object: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const name of path.split('.')) value = isObject(value) ? value[name] : undefined;
  return value;
}

/** Several served versions of one stored object: selectors of each must find it. */
function fieldsOfAll(siblings: readonly Resource[], own: Resource): (object: JsonObject) => Record<string, string> {
  return (object) => {
    const fields = fieldsOf(own.kind, object);
    for (const other of siblings) {
      if (other === own || other.kind.fieldLabels.every((f) => f.label.startsWith('metadata.'))) continue;
      const stored = own.conversion ? own.conversion.toStored(clone(object)) : clone(object);
      const view = other.conversion ? other.conversion.fromStored(stored as JsonObject) : stored;
      Object.assign(fields, fieldsOf(other.kind, view as JsonObject));
    }
    return fields;
  };
}

/** What storage makes null of a list that is always written (R3.27a). */
const isNoList = (value: JsonValue | undefined): boolean => value === null || (Array.isArray(value) && value.length === 0);

const NOT_CONTENT = new Set(['metadata', 'status', 'kind', 'apiVersion']);
/** A Deployment's annotations are passed on to its ReplicaSets, so they count as content. */
const ANNOTATIONS_ARE_CONTENT = new Set(['apps/Deployment']);
/** Born with a generation that never grows (R3.10), or counted by the kind's own rules (B1.3). */
const NOT_COUNTED = new Set(['scheduling.k8s.io/PriorityClass', 'apiextensions.k8s.io/CustomResourceDefinition']);

function strategyOf(kind: Kind, schema: () => ObjectSchema): Strategy {
  const rules = rulesOf(kind.group, kind.kind, kind.version) ?? {};
  const hasStatus = kind.subresources.some((s) => s.name === 'status');
  const grows = kind.generation && !NOT_COUNTED.has(`${kind.group}/${kind.kind}`);
  let blank: JsonObject | undefined;
  /** What stands in an object of the kind that says nothing: the members that are always present. */
  const blankStatus = (object: JsonObject): void => {
    if (!blank) {
      blank = {};
      schema().conform(blank, []);
    }
    if (blank['status'] === undefined) delete object['status'];
    else object['status'] = clone(blank['status']);
  };
  const takeStatus = (object: JsonObject, old: JsonObject): void => {
    if (old['status'] === undefined) delete object['status'];
    else object['status'] = old['status'];
  };
  const contentChanged = (object: JsonObject, old: JsonObject): boolean => {
    for (const key of new Set([...Object.keys(object), ...Object.keys(old)]))
      if (!NOT_CONTENT.has(key) && !equal(object[key], old[key]) && !(isNoList(object[key]) && isNoList(old[key]))) return true;
    if (!ANNOTATIONS_ARE_CONTENT.has(`${kind.group}/${kind.kind}`)) return false;
    return !equal((object['metadata'] as JsonObject)['annotations'] ?? {}, (old['metadata'] as JsonObject)['annotations'] ?? {});
  };
  const count = (object: JsonObject, old: JsonObject): void => {
    if (grows && contentChanged(object, old)) metaOf(object).generation = (metaOf(old).generation ?? 0) + 1;
  };
  const none = (): FieldError[] => [];
  const strategy: Strategy = {
    prepareForCreate(object, context) {
      if (hasStatus && !rules.prepareForCreate) blankStatus(object);
      rules.prepareForCreate?.(object, context);
      if (kind.generation) metaOf(object).generation = 1;
    },
    validate: rules.validate ?? none,
    prepareForUpdate(object, old, context) {
      if (hasStatus) takeStatus(object, old);
      rules.prepareForUpdate?.(object, old, context);
      count(object, old);
    },
    validateUpdate: rules.validateUpdate ?? none,
    warnings: rules.warnings ?? (() => []),
    ...(rules.deprecations && { deprecations: rules.deprecations }),
    canonicalize: rules.canonicalize ?? (() => {}),
    resetFields: hasStatus ? [['status']] : [],
    ...deletionOf(kind),
    subresources: {},
  };
  for (const { name } of kind.subresources) {
    const own = rules.subresources?.[name];
    if (name === 'status') strategy.subresources['status'] = statusStrategy(strategy, rules);
    else if (own) strategy.subresources[name] = subresourceStrategy(strategy, own, count);
  }
  for (const [name, paths] of Object.entries(rules.resetFields ?? {}))
    (name === '' ? strategy : strategy.subresources[name]!).resetFields = paths.map((path) => path.split('.'));
  return strategy;
}

/** R1.24 */
function statusStrategy(
  main: Strategy,
  { prepareForStatusUpdate: prepare, validateStatusUpdate: validate, subresources }: KindRules,
): Strategy {
  return {
    ...main,
    prepareForUpdate(object, old, context) {
      if (prepare) prepare(object, old, context);
      else restoreContent(object, old);
    },
    validateUpdate: validate ?? (() => []),
    warnings: subresources?.['status']?.warnings ?? (() => []),
    resetFields: [['spec']],
    subresources: {},
  };
}

/** Everything but metadata and status comes from the stored object. */
function restoreContent(object: JsonObject, old: JsonObject): void {
  for (const key of Object.keys(object)) if (!NOT_CONTENT.has(key)) delete object[key];
  for (const key of Object.keys(old)) if (!NOT_CONTENT.has(key)) object[key] = old[key]!;
}

function subresourceStrategy(main: Strategy, rules: SubresourceRules, count: (object: JsonObject, old: JsonObject) => void): Strategy {
  return {
    ...main,
    prepareForUpdate(object, old, context) {
      rules.prepareForUpdate?.(object, old, context);
      count(object, old);
    },
    validateUpdate: rules.validateUpdate ?? (() => []),
    warnings: rules.warnings ?? (() => []),
    resetFields: [['status']],
    subresources: {},
  };
}
