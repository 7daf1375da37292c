/** Reads members of conformed objects as Go sees them: what is absent has its zero value. */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';

export function textAt(object: JsonObject | undefined, name: string): string {
  const value = object?.[name];
  return typeof value === 'string' ? value : '';
}

/** A number, or undefined where the member is absent (a nil pointer, or zero of an omitted integer). */
export function numberAt(object: JsonObject | undefined, name: string): number | undefined {
  const value = object?.[name];
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

export function flagAt(object: JsonObject | undefined, name: string): boolean {
  return object?.[name] === true;
}

export function objectAt(parent: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = parent?.[name];
  return isObject(value) ? value : undefined;
}

/** An object's spec; an empty one where it has none. */
export const specOf = (object: JsonObject | undefined): JsonObject => objectAt(object, 'spec') ?? {};
export const statusOf = (object: JsonObject | undefined): JsonObject => objectAt(object, 'status') ?? {};

const NONE: readonly never[] = [];

/** The items of a list of objects. */
export function objectsAt(parent: JsonObject | undefined, name: string): readonly JsonObject[] {
  const value = parent?.[name];
  return Array.isArray(value) ? (value as JsonObject[]) : NONE;
}

/** A list of the value, or of nothing: for `flatMap`. */
export const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

/** The items of a list of strings. */
export function textsAt(parent: JsonObject | undefined, name: string): readonly string[] {
  const value = parent?.[name];
  return Array.isArray(value) ? (value as string[]) : NONE;
}

/** The entries of a map, by key: Go walks maps at random, so any order is right; this one is stable. */
export function entriesAt(parent: JsonObject | undefined, name: string): [string, JsonValue][] {
  const value = objectAt(parent, name);
  return value ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : [];
}

/** The map as Go prints it: sorted by key; null where it is absent. */
export function sorted(map: JsonObject | undefined): JsonObject | null {
  if (map === undefined) return null;
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The member that must be there after defaulting: made where it is absent. */
export function made(parent: JsonObject, name: string): JsonObject {
  const value = parent[name];
  if (isObject(value)) return value;
  const fresh: JsonObject = {};
  parent[name] = fresh;
  return fresh;
}

/** Sets a default where the member is absent, null, or (for strings) empty. */
export function preset(parent: JsonObject, name: string, value: JsonValue): void {
  const present = parent[name];
  if (present === undefined || present === null || present === '') parent[name] = value;
}

/** Sets the default of a pointer, for which an empty string is a value. */
export function presetPointer(parent: JsonObject, name: string, value: JsonValue): void {
  parent[name] ??= value;
}

/** Takes a member from another object: its value there, or its absence. */
export function take(target: JsonObject, source: JsonObject, name: string): void {
  const value = source[name];
  if (value === undefined) delete target[name];
  else target[name] = value;
}

/** Number of UTF-8 bytes. */
export function bytes(value: string): number {
  return Buffer.byteLength(value);
}
