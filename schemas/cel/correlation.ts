import { equal, isObject, type JsonObject, type JsonValue } from '../json-value.js';

/** A value and the one it replaces: what counts as unchanged (B6.8, B7.10). */
export class Correlation {
  private known: boolean | undefined;
  constructor(
    private readonly value: JsonValue,
    private readonly old: JsonValue,
  ) {}
  get unchanged(): boolean {
    this.known ??= equal(this.value, this.old);
    return this.known;
  }
}

/** How the items of a list are matched with those of the old list; undefined where they are not: sets and atomic lists (B7.12). */
export function oldItems(schema: JsonObject, old: JsonValue | undefined): ((item: JsonValue) => JsonValue | undefined) | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(keys) || !Array.isArray(old)) return undefined;
  const byKey = new Map<string, JsonValue>();
  for (const item of old) byKey.set(itemKey(keys as string[], item), item);
  return (item) => byKey.get(itemKey(keys as string[], item));
}

function itemKey(keys: readonly string[], item: JsonValue): string {
  const values = isObject(item) ? keys.map((key) => item[key] ?? null) : [];
  return JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? `${value}n` : (value as JsonValue)));
}
