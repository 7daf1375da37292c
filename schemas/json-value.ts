/**
 * JSON as it lives in memory. Integers beyond 2^53 are `bigint` (int64 must survive, R0.8); every other number is a `number`.
 * Objects come from `schemas/wire/json.ts`, which never lets a `__proto__` member in.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A deep copy (seven times cheaper than structuredClone). */
export function clone<T extends JsonValue>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clone) as T;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) copy[key] = clone(value[key]!);
  return copy as T;
}

/** The value itself, from now on unchangeable all through; what is frozen already is taken to be so inside too. */
export function frozen<T extends JsonValue>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) for (const item of value) frozen(item);
  else for (const key in value) frozen(value[key]!);
  return Object.freeze(value);
}

/** Equality of values; the order of members is irrelevant, of items it is not. */
export function equal(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]));
}

/** The member of that name; unlike indexing, never one that every object inherits (`constructor`). */
export function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * Members by name; objects and lists in them as `inner` orders them. Returns the object itself where it is in
 * order already, else a copy that shares what is.
 */
export function sortMembers(object: JsonObject, inner: ((value: JsonValue) => JsonValue) | undefined): JsonObject {
  let last: string | undefined;
  let isSorted = true;
  let changed: Map<string, JsonValue> | undefined;
  for (const name in object) {
    if (last !== undefined && name < last) isSorted = false;
    last = name;
    const value = object[name]!;
    if (typeof value !== 'object' || value === null || !inner) continue;
    const result = inner(value);
    if (result === value) continue;
    changed ??= new Map();
    changed.set(name, result);
  }
  if (isSorted && !changed) return object;
  const copy: JsonObject = {};
  for (const name of Object.keys(object).sort()) copy[name] = changed?.get(name) ?? object[name]!;
  return copy;
}

/** Any value with all members of all objects sorted by name; itself where they are. */
export function sortDeep(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return sortMembers(value, sortDeep);
  const sorted = value.map(sortDeep);
  return sorted.some((item, i) => item !== value[i]) ? sorted : value;
}
