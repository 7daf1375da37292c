import type { Library } from '../functions.js';
import { CelError, type EntryMap, type MapValue, Uint, type Value } from '../values.js';

function mapInsert(map: EntryMap, key: Value, value: Value): Value {
  if (key instanceof CelError) return key;
  if (value instanceof CelError) return value;
  return map.insert(key, value) ? map : new CelError(`insert failed: key ${key instanceof Uint ? key.value : String(key)} already exists`);
}

/** What the comprehensions with two variables collect maps with (B7.29); the accumulator is theirs alone. */
export const comprehensions: Library = {
  'cel.@mapInsert': [
    ['@mapInsert_map_key_value', '(map(K, V), K, V) -> map(K, V)', (map, key, value) => mapInsert(map as EntryMap, key!, value!)],
    [
      '@mapInsert_map_map',
      '(map(K, V), map(K, V)) -> map(K, V)',
      (map, entries) => {
        for (const key of (entries as MapValue).keys()) {
          const inserted = mapInsert(map as EntryMap, key, (entries as MapValue).get(key)!);
          if (inserted instanceof CelError) return inserted;
        }
        return map!;
      },
    ],
  ],
};
