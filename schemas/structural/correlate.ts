import { equal, isObject, type JsonValue } from '../json-value.js';
import { mapKeyOf } from './list-type.js';
import { itemsOf, memberOf, type Structural } from './structural.js';

/** No old value belongs to this one. (Undefined, so that a look-up that finds nothing says the same.) */
export const UNCORRELATED = undefined;

/** The old value of a member (B6.8). */
export function oldMember(old: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(old) && Object.hasOwn(old, name) ? old[name] : UNCORRELATED;
}

/** Finds old items by key, in lists of list-type map; no other list has a correspondence of items (B6.8). */
export function oldItems(node: Structural, old: JsonValue | undefined): (item: JsonValue) => JsonValue | undefined {
  if (node.listType !== 'map' || !Array.isArray(old)) return () => UNCORRELATED;
  const byKey = new Map<string, JsonValue>();
  for (const item of old) {
    const key = mapKeyOf(node, item);
    if (key !== undefined && !byKey.has(key)) byKey.set(key, item);
  }
  return (item) => {
    const key = mapKeyOf(node, item);
    return key === undefined ? UNCORRELATED : byKey.get(key);
  };
}

/**
 * Whether a value is what it was. Lists of list-type map are compared by key, and a member that the schema does not describe
 * counts as changed *(quirk)*: so the root, with its metadata, always does.
 */
export function unchanged(node: Structural, value: JsonValue, old: JsonValue): boolean {
  if (Array.isArray(value)) {
    if (!Array.isArray(old) || old.length !== value.length) return false;
    const items = itemsOf(node);
    if (node.listType !== 'map' || items === undefined) return equal(value, old);
    const find = oldItems(node, old);
    return value.every((item) => {
      const before = find(item);
      return before !== undefined && unchanged(items, item, before);
    });
  }
  if (isObject(value)) {
    if (!isObject(old) || Object.keys(old).length !== Object.keys(value).length) return false;
    return Object.keys(value).every((name) => {
      const member = memberOf(node, name);
      const before = oldMember(old, name);
      return member !== undefined && before !== undefined && unchanged(member, value[name]!, before);
    });
  }
  return value === old;
}
