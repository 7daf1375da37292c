import { LRUCache } from 'lru-cache';
import { equal, type JsonObject, type JsonValue } from '../json-value.js';

/** The newest schema of each fingerprint. */
const shared = new LRUCache<number, JsonObject>({ max: 2000 });

/** The same object for equal schemas, so that equal ones (versions, updates of something else) are compiled once. */
export function sharedSchema(schema: JsonObject): JsonObject {
  const key = fingerprint(schema, 0);
  const known = shared.get(key);
  if (known !== undefined && equal(known, schema)) return known;
  shared.set(key, schema);
  return schema;
}

/**
 * 32 bits of the names, kinds and lengths in a schema. Texts, most of a schema, are not read: that is less than their making would cost, and
 * who is found is compared anyway.
 */
function fingerprint(value: JsonValue, seed: number): number {
  if (typeof value === 'string') return mixed(seed, value.length);
  if (typeof value === 'number') return mixed(seed, value);
  if (typeof value !== 'object' || value === null) return mixed(seed, value === true ? 1 : 2);
  let found = mixed(seed, 3);
  if (Array.isArray(value)) {
    for (const item of value) found = fingerprint(item, found);
    return found;
  }
  for (const name in value) {
    for (let i = 0; i < name.length; i += 3) found = mixed(found, name.charCodeAt(i));
    found = fingerprint(value[name]!, mixed(found, name.length));
  }
  return found;
}

const mixed = (seed: number, value: number): number => Math.imul(seed ^ value, 0x9e3779b1) ^ (seed >>> 15);
