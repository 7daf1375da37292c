import { LRUCache } from 'lru-cache';
import { equal, type JsonObject } from '../json-value.js';
import { survey } from './features.js';

/** The newest schema of each fingerprint. */
const shared = new LRUCache<number, JsonObject>({ max: 2000 });

/** The same object for equal schemas, so that equal ones (versions, updates of something else) are compiled once. */
export function sharedSchema(schema: JsonObject): JsonObject {
  const { fingerprint } = survey(schema);
  const known = shared.get(fingerprint);
  if (known !== undefined && equal(known, schema)) return known;
  shared.set(fingerprint, schema);
  return schema;
}
