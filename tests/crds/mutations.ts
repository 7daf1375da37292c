/** Small changes of an object whose outcome only a real server knows: they are made at places that a schema has, and compared. */
import { clone, isObject, type JsonObject, type JsonValue, own } from '../../schemas/json-value.js';
import { objectAt } from '../../schemas/validation/members.js';
import { smallestOf } from './breaking.js';

export interface Mutation {
  what: string;
  object: JsonObject;
}

type Parent = JsonObject | JsonValue[];

interface Place {
  path: string;
  parent: Parent;
  key: string | number;
  value: JsonValue;
  schema: JsonObject;
}

type Choose = <T>(choices: readonly T[]) => T;
type Change = (place: Place, choose: Choose) => boolean;

const IDENTITY = new Set(['apiVersion', 'kind', 'metadata']);

/** Another object of the same name: one to three places are changed, as `random` (of [0, 1)) chooses. */
export function mutated(object: JsonObject, schema: JsonObject, random: () => number): Mutation {
  const choose: Choose = (choices) => choices[Math.floor(random() * choices.length)]!;
  const copy = clone(object);
  const what: string[] = [];
  for (let left = choose([1, 1, 1, 2, 3]); left > 0; left--) {
    const place = choose([...placesOf(copy, schema)]);
    const [name, change] = choose(Object.entries(CHANGES));
    if (change(place, choose)) what.push(`${name} at ${place.path}`);
  }
  return { what: what.join(', ') || 'nothing', object: copy };
}

/** Every member and item below an object but its identity; the object itself comes first, so that members can be added to it. */
function* placesOf(object: JsonObject, schema: JsonObject): Generator<Place> {
  yield { path: '', parent: { object }, key: 'object', value: object, schema };
  yield* placesIn(object, schema, '');
}

function* placesIn(parent: Parent, schema: JsonObject, path: string): Generator<Place> {
  const entries: [string | number, JsonValue][] = Array.isArray(parent) ? [...parent.entries()] : Object.entries(parent);
  for (const [key, value] of entries) {
    if (path === '' && IDENTITY.has(String(key))) continue;
    const at = typeof key === 'number' ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const inner = schemaOfMember(schema, key);
    yield { path: at, parent, key, value, schema: inner };
    if (Array.isArray(value) || isObject(value)) yield* placesIn(value, inner, at);
  }
}

function schemaOfMember(schema: JsonObject, key: string | number): JsonObject {
  const member =
    typeof key === 'number' ? schema['items'] : (own(objectAt(schema, 'properties') ?? {}, key) ?? schema['additionalProperties']);
  return isObject(member) ? member : {};
}

/** Each says whether it could be done there. */
const CHANGES: Record<string, Change> = {
  'a null': (place) => put(place, null),
  nothing: ({ path, parent, key }) => {
    if (path === '') return false;
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
    return true;
  },
  'an empty one': (place) => put(place, emptyOf(place.value)),
  'another type': (place, choose) => put(place, choose<JsonValue>(['text', 7, 1.5, true, {}, [], { a: 'b' }, ['a']])),
  'another value': (place, choose) => {
    if (typeof place.value === 'string')
      return put(place, choose(['x', 'UPPER_case', '-', 'a b', 'ä', '10', '1h', '1Gi', 'http://a', 'x'.repeat(300)]));
    if (typeof place.value === 'number') return put(place, choose([-1, 0, 1, 1.5, 65536, 2 ** 31, 2 ** 53, -(2 ** 40)]));
    return typeof place.value === 'boolean' && put(place, !place.value);
  },
  'an item twice': ({ value }, choose) => Array.isArray(value) && value.length > 0 && value.push(clone(choose(value))) > 0,
  'an unknown member': ({ value }) => setMember(value, 'unknownMember', 'x'),
  'a member more': ({ value, schema }, choose) => {
    if (!isObject(value)) return false;
    const properties = objectAt(schema, 'properties') ?? {};
    const absent = Object.keys(properties).filter((name) => !(name in value) && !IDENTITY.has(name));
    if (absent.length === 0) return false;
    const name = choose(absent);
    return setMember(value, name, smallestOf(properties[name] as JsonObject, 1));
  },
  'an item more': ({ value, schema }) => Array.isArray(value) && value.push(smallestOf(objectAt(schema, 'items') ?? {}, 1)) > 0,
};

function put({ path, parent, key }: Place, value: JsonValue): boolean {
  if (path === '') return false;
  (parent as JsonObject)[key] = value;
  return true;
}

function setMember(object: JsonValue, name: string, value: JsonValue): boolean {
  if (!isObject(object)) return false;
  object[name] = value;
  return true;
}

function emptyOf(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return [];
  return isObject(value) ? {} : typeof value === 'string' ? '' : typeof value === 'number' ? 0 : false;
}
