import { child, duplicate, index, invalidValue, type FieldError } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { additionalOf, has, itemsOf, propertyOf, sortedMembers, type Structural } from './structural.js';

/** B6.7: duplicates in sets and maps. Each value or key is reported once, at its second occurrence. */
export function validateListTypes(node: Structural, value: JsonValue, path: string): FieldError[] {
  const errors: FieldError[] = [];
  walk(node, value, path, errors);
  return errors;
}

/** The same on update: an object that already breaks a rule is not judged (B6.7). */
export function validateListTypesUpdate(node: Structural, value: JsonValue, old: JsonValue, path: string): FieldError[] {
  const errors = validateListTypes(node, value, path);
  return errors.length > 0 && validateListTypes(node, old, path).length > 0 ? [] : errors;
}

function walk(node: Structural, value: JsonValue, path: string, errors: FieldError[]): void {
  if (!has(node, 'listTypes')) return;
  if (isObject(value)) {
    for (const name of Object.keys(value).sort()) {
      const property = propertyOf(node, name);
      const additional = property ?? additionalOf(node);
      if (additional !== undefined) walk(additional, value[name]!, property ? child(path, name) : index(path, name), errors);
    }
  } else if (Array.isArray(value)) {
    if (node.listType === 'set') repeated(value, identity, (i) => errors.push(duplicate(index(path, i), sortedMembers(value[i]!))));
    else if (node.listType === 'map') walkMap(node, value, path, errors);
    const items = itemsOf(node);
    if (items !== undefined) for (let i = 0; i < value.length; i++) walk(items, value[i]!, index(path, i), errors);
  }
}

function walkMap(node: Structural, list: JsonValue[], path: string, errors: FieldError[]): void {
  const stranger = list.findIndex((item) => item !== null && !isObject(item));
  if (stranger >= 0) {
    const detail = 'must be an object for an array of list-type map';
    errors.push(invalidValue(index(path, stranger), sortedMembers(list[stranger]!), detail));
    return;
  }
  const keys: JsonValue[] = list.map((item) => (isObject(item) ? keyOf(node, item) : null));
  repeated(keys, identity, (i) => keys[i] !== null && errors.push(duplicate(index(path, i), keys[i])));
}

/** The key members that an item has, sorted by name. */
function keyOf(node: Structural, item: JsonObject): JsonObject {
  const key: JsonObject = {};
  for (const name of [...node.listMapKeys].sort()) if (Object.hasOwn(item, name)) key[name] = sortedMembers(item[name]!);
  return key;
}

const identity = (value: JsonValue): string =>
  typeof value === 'bigint'
    ? String(value)
    : JSON.stringify(sortedMembers(value), (_key, member) => (typeof member === 'bigint' ? String(member) : member));

/** Calls `report` with the index of the second occurrence of each value. */
function repeated(list: readonly JsonValue[], identify: (value: JsonValue) => string, report: (index: number) => void): void {
  if (list.length < 2) return;
  const counts = new Map<string, number>();
  for (let i = 0; i < list.length; i++) {
    const id = identify(list[i]!);
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    if (count === 2) report(i);
  }
}

/** A text that is equal for items of one key, or undefined where a key member is missing. */
export function mapKeyOf(node: Structural, item: JsonValue): string | undefined {
  if (!isObject(item) || !node.listMapKeys.every((name) => Object.hasOwn(item, name))) return undefined;
  return identity(keyOf(node, item));
}
