import { isObject, type JsonObject, type JsonValue } from '../json-value.js';

/**
 * One node of an `openAPIV3Schema`, read shallowly: children are read when somebody asks for them, so that a large schema costs
 * nothing until an object reaches it. Values outside the structural part (bounds, patterns, junctors) stay in `raw`.
 */
export interface Structural {
  readonly raw: JsonObject;
  /** `''` where absent. */
  readonly type: string;
  readonly nullable: boolean;
  readonly intOrString: boolean;
  readonly embedded: boolean;
  readonly preserve: boolean;
  /** Never null: a null default is dropped when the definition is decoded (B2.29). */
  readonly default: JsonValue | undefined;
  readonly listType: string | undefined;
  readonly listMapKeys: readonly string[];
  /** B5.4: `additionalProperties` was given, as a boolean or a schema. */
  readonly open: boolean;
  /** What was read of the children so far; ask the functions below. */
  readonly known: Known;
}

interface Known {
  properties: Map<string, Structural> | undefined;
  sorted: readonly (readonly [string, Structural])[] | undefined;
  additional: Structural | undefined;
  items: Structural | undefined;
  below: number | undefined;
}

const nodes = new WeakMap<JsonObject, Structural>();
const noKeys: readonly string[] = [];

/** The node of a schema; equal for the same object, so that what is compiled for it is shared. */
export function structural(raw: JsonObject): Structural {
  const known = nodes.get(raw);
  if (known !== undefined) return known;
  const keys = raw['x-kubernetes-list-map-keys'];
  const node: Structural = {
    raw,
    type: typeof raw.type === 'string' ? raw.type : '',
    nullable: raw.nullable === true,
    intOrString: raw['x-kubernetes-int-or-string'] === true,
    embedded: raw['x-kubernetes-embedded-resource'] === true,
    preserve: raw['x-kubernetes-preserve-unknown-fields'] === true,
    default: raw.default ?? undefined,
    listType: typeof raw['x-kubernetes-list-type'] === 'string' ? raw['x-kubernetes-list-type'] : undefined,
    listMapKeys: Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : noKeys,
    open: raw.additionalProperties !== undefined && raw.additionalProperties !== null,
    known: { properties: undefined, sorted: undefined, additional: undefined, items: undefined, below: undefined },
  };
  nodes.set(raw, node);
  return node;
}

/** The declared property, by its own name only. */
export function propertyOf(node: Structural, name: string): Structural | undefined {
  const property = node.known.properties?.get(name);
  if (property !== undefined) return property;
  const properties = node.raw.properties;
  if (!isObject(properties) || !Object.hasOwn(properties, name)) return undefined;
  const raw = properties[name];
  if (!isObject(raw)) return undefined;
  const found = structural(raw);
  node.known.properties ??= new Map();
  node.known.properties.set(name, found);
  return found;
}

export function additionalOf(node: Structural): Structural | undefined {
  const raw = node.raw.additionalProperties;
  if (!isObject(raw)) return undefined;
  node.known.additional ??= structural(raw);
  return node.known.additional;
}

export function itemsOf(node: Structural): Structural | undefined {
  const raw = node.raw.items;
  if (!isObject(raw)) return undefined;
  node.known.items ??= structural(raw);
  return node.known.items;
}

/** The schema of a member: its property, else that of all values. */
export function memberOf(node: Structural, name: string): Structural | undefined {
  return propertyOf(node, name) ?? additionalOf(node);
}

/** Declared properties in the order of their names: the order in which findings are reported (B6.3). */
export function propertiesOf(node: Structural): readonly (readonly [string, Structural])[] {
  node.known.sorted ??= Object.keys(isObject(node.raw.properties) ? node.raw.properties : {})
    .sort()
    .flatMap((name) => {
      const property = propertyOf(node, name);
      return property === undefined ? [] : [[name, property] as const];
    });
  return node.known.sorted;
}

/** What may occur in a schema or anywhere below: lets the walks over objects skip what cannot concern them. */
const BELOW = { defaults: 1, listTypes: 2, embedded: 4, rules: 8 } as const;

/** Whether a node or one below it has defaults, sets or maps, embedded resources, or rules of CEL. */
export function has(node: Structural, what: keyof typeof BELOW): boolean {
  node.known.below ??= below(node.raw);
  return (node.known.below & BELOW[what]) !== 0;
}

function below(raw: JsonObject): number {
  const listType = raw['x-kubernetes-list-type'];
  let found = raw['x-kubernetes-embedded-resource'] === true ? BELOW.embedded : 0;
  if (raw.default !== undefined && raw.default !== null) found |= BELOW.defaults;
  if (listType === 'set' || listType === 'map') found |= BELOW.listTypes;
  if (Array.isArray(raw['x-kubernetes-validations'])) found |= BELOW.rules;
  if (isObject(raw.items)) found |= below(raw.items);
  if (isObject(raw.additionalProperties)) found |= below(raw.additionalProperties);
  const properties = raw.properties;
  if (isObject(properties)) {
    for (const name in properties) {
      const property = properties[name];
      if (isObject(property)) found |= below(property);
    }
  }
  return found;
}

/** A null that its field does not take (B5.7). */
export const isForbiddenNull = (value: JsonValue | undefined, node: Structural): boolean => value === null && !node.nullable;

/** JSON with its members sorted, as Go prints maps; also the identity of a value in sets. */
export function sortedMembers(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortedMembers);
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) sorted[key] = sortedMembers(value[key]!);
  return sorted;
}
