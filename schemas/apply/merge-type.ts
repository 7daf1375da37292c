/**
 * What drives merging (A4): a type has up to three parts, and a value goes by the part of its JSON type.
 * Types are graphs (a definition may contain itself), compiled once and never changed.
 */
import type { JsonValue } from '../json-value.js';
import { elementText } from './path.js';

export type ScalarType = 'string' | 'numeric' | 'boolean' | 'untyped';

export interface ListType {
  /** Owned and replaced as a whole. */
  atomic: boolean;
  /** What tells items apart, in the order of the schema; none: a set of scalars. */
  keys: readonly string[];
  /** The same keys sorted, with the default that completes an item (A4.8). */
  sortedKeys: readonly { name: string; prefix: string; default: JsonValue | undefined }[];
  item: MergeType;
}

export interface MapType {
  /** Owned and replaced as a whole. */
  atomic: boolean;
  /** Declared members; all others are keys of a free map. */
  fields: ReadonlyMap<string, MergeType>;
  /** The type of undeclared members; none: they are errors. */
  element: MergeType | undefined;
}

export interface MergeType {
  scalar?: ScalarType;
  list?: ListType;
  map?: MapType;
}

/** `open`: the value, null or of a JSON type that the type lacks, does not choose between several parts. */
export type Part = 'scalar' | 'list' | 'map' | 'open';

export function partOf(type: MergeType, value: JsonValue | undefined): Part {
  if (value !== undefined && value !== null) {
    if (typeof value !== 'object') {
      if (type.scalar) return 'scalar';
    } else if (Array.isArray(value)) {
      if (type.list) return 'list';
    } else if (type.map) return 'map';
  }
  if (type.map) return type.scalar || type.list ? 'open' : 'map';
  if (type.scalar) return type.list ? 'open' : 'scalar';
  return 'list';
}

/** By which part a value of an open type is handled. */
export function handledAs(type: MergeType, part: Part): 'scalar' | 'list' | 'map' {
  return part !== 'open' ? part : type.map ? 'map' : 'scalar';
}

/** The type of a member; undefined where it may not be there. */
export function memberType(map: MapType, name: string): MergeType | undefined {
  return map.fields.get(name) ?? map.element;
}

export function associativeList(item: MergeType, keys: readonly string[], defaultOf: (key: string) => JsonValue | undefined): ListType {
  const sortedKeys = [...keys].sort().map((name) => ({ name, prefix: `${elementText(name)}:`, default: defaultOf(name) }));
  return { atomic: false, keys, sortedKeys, item };
}

export function atomicList(item: MergeType): ListType {
  return { atomic: true, keys: [], sortedKeys: [], item };
}

const NO_FIELDS: ReadonlyMap<string, MergeType> = new Map();

export function freeMap(element: MergeType, atomic = false): MapType {
  return { atomic, fields: NO_FIELDS, element };
}

export const STRING: MergeType = { scalar: 'string' };
export const NUMERIC: MergeType = { scalar: 'numeric' };
export const BOOLEAN: MergeType = { scalar: 'boolean' };
export const UNTYPED_SCALAR: MergeType = { scalar: 'untyped' };

/** A4.6: any value, owned as a whole. */
export const UNTYPED_ATOMIC: MergeType = { scalar: 'untyped' };
UNTYPED_ATOMIC.list = atomicList(UNTYPED_ATOMIC);
UNTYPED_ATOMIC.map = freeMap(UNTYPED_ATOMIC, true);

/** A4.6: any value; maps merge by key, lists are atomic. */
export const DEDUCED: MergeType = { scalar: 'untyped', list: atomicList(UNTYPED_ATOMIC) };
DEDUCED.map = freeMap(DEDUCED);
