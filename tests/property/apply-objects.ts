/** Random kinds and objects of them, from a seed: quick enough for tens of thousands, and a size that shrinks. */
import { mergeTypeOfStructural } from '../../schemas/apply/merge-type-of-structural.js';
import type { MergeType } from '../../schemas/apply/merge-type.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';

export type Random = (below: number) => number;

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const NAMES = ['a', 'b', 'c', 'constructor', 'x.y/z', 'ü'];
const KEYS = ['k1', 'k2', 'k3', 'k4'];

function randomSchema(next: Random, depth: number): JsonObject {
  const kind = next(depth > 0 ? 10 : 3);
  switch (kind) {
    case 0:
      return { type: 'string' };
    case 1:
      return { type: 'integer' };
    case 2:
      return { 'x-kubernetes-int-or-string': true };
    case 3:
      return { type: 'array', items: randomSchema(next, depth - 1) };
    case 4:
      return { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
    case 5:
    case 6: {
      const item = randomStruct(next, depth - 1);
      const properties = { ...(item['properties'] as JsonObject), name: { type: 'string' }, port: { type: 'integer', default: 80 } };
      return {
        type: 'array',
        items: { type: 'object', properties },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name', 'port'],
      };
    }
    case 7:
      return { type: 'object', additionalProperties: randomSchema(next, depth - 1), ...atomicSometimes(next) };
    case 8:
      return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    default:
      return { ...randomStruct(next, depth - 1), ...atomicSometimes(next) };
  }
}

function atomicSometimes(next: Random): JsonObject {
  return next(4) === 0 ? { 'x-kubernetes-map-type': 'atomic' } : {};
}

function randomStruct(next: Random, depth: number): JsonObject {
  const properties: JsonObject = {};
  for (let i = next(4) + 1; i > 0; i--) properties[NAMES[next(NAMES.length)]!] = randomSchema(next, depth);
  return { type: 'object', properties };
}

export interface RandomKind {
  type: MergeType;
  schema: JsonObject;
  spec: JsonObject;
}

/** A fixed number of kinds, so that compiling them does not dominate. */
export const KINDS: readonly RandomKind[] = Array.from({ length: 200 }, (_, seed) => {
  const spec = randomStruct(random(seed), 3);
  const schema = { type: 'object', properties: { spec } };
  return { type: mergeTypeOfStructural(schema), schema, spec };
});

export function randomValue(schema: JsonObject, next: Random, size: number): JsonValue {
  const properties = schema['properties'] as JsonObject | undefined;
  switch (schema['type']) {
    case 'string':
      return KEYS[next(KEYS.length)]!;
    case 'integer':
      return next(3);
    case 'array':
      return randomList(schema, next, size);
    case 'object':
      if (properties) return randomMembers(Object.keys(properties), (name) => properties[name] as JsonObject, next, size);
      return randomMembers(KEYS, () => (schema['additionalProperties'] ?? FREE) as JsonObject, next, size);
    default:
      return next(2) === 0 ? next(3) : 'text';
  }
}
const FREE: JsonObject = { type: 'object', additionalProperties: { type: 'array', items: { type: 'integer' } } };

function randomMembers(names: readonly string[], schemaOf: (name: string) => JsonObject, next: Random, size: number): JsonObject {
  const value: JsonObject = {};
  for (const name of names) if (size > 0 && next(3) > 0) value[name] = randomValue(schemaOf(name), next, size - 1);
  return value;
}

/** Associative lists are never empty: nobody owns an empty one (A5.4), so as upstream a struct that holds nothing else may get lost. */
function randomList(schema: JsonObject, next: Random, size: number): JsonValue[] {
  const items = schema['items'] as JsonObject;
  const length = next(3) + 1;
  if (schema['x-kubernetes-list-type'] === undefined) {
    return Array.from({ length: size > 0 ? length - 1 : 0 }, () => randomValue(items, next, size - 1));
  }
  const names = KEYS.slice().sort(() => next(3) - 1);
  if (schema['x-kubernetes-list-type'] === 'set') return names.slice(0, length);
  return names.slice(0, length).map((name) => {
    const item = randomValue(items, next, size - 1) as JsonObject;
    delete item['port'];
    return { ...item, name, ...(next(2) === 0 && { port: 80 + next(2) }) };
  });
}
