import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { FEATURES, featuresBelow, featuresOf } from './features.js';

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
  defaulted: readonly (readonly [string, Structural])[] | undefined;
  additional: Structural | undefined;
  items: Structural | undefined;
  features: number | undefined;
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
    known: {
      properties: undefined,
      sorted: undefined,
      defaulted: undefined,
      additional: undefined,
      items: undefined,
      features: undefined,
    },
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
  const found = childOf(node, raw);
  node.known.properties ??= new Map();
  node.known.properties.set(name, found);
  return found;
}

export function additionalOf(node: Structural): Structural | undefined {
  const raw = node.raw.additionalProperties;
  if (!isObject(raw)) return undefined;
  node.known.additional ??= childOf(node, raw);
  return node.known.additional;
}

export function itemsOf(node: Structural): Structural | undefined {
  const raw = node.raw.items;
  if (!isObject(raw)) return undefined;
  node.known.items ??= childOf(node, raw);
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

/** The declared properties that have a default, in the order of their names (B5.6). */
export function defaultedOf(node: Structural): readonly (readonly [string, Structural])[] {
  node.known.defaulted ??= defaulted(node);
  return node.known.defaulted;
}

function defaulted(node: Structural): readonly (readonly [string, Structural])[] {
  const { properties } = node.raw;
  if (!isObject(properties)) return [];
  const names: string[] = [];
  for (const name in properties) {
    const raw = properties[name];
    if (isObject(raw) && raw.default != null) names.push(name);
  }
  return names.sort().map((name) => [name, propertyOf(node, name)!] as const);
}

/** Whether a node or one below it may have defaults, sets or maps, embedded resources, or rules of CEL: walks over objects skip the others. */
export function has(node: Structural, what: keyof typeof FEATURES): boolean {
  node.known.features ??= featuresOf(node.raw);
  return (node.known.features & FEATURES[what]) !== 0;
}

/** What was read of a node holds for all below it. */
function childOf(node: Structural, raw: JsonObject): Structural {
  const child = structural(raw);
  if (node.known.features !== undefined) child.known.features ??= featuresBelow(raw);
  return child;
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
