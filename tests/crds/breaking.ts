/** Ways to break an object that its schema certainly refuses, and the field that the refusal must name. */
import { clone, isObject, type JsonObject, type JsonValue, own } from '../../schemas/json-value.js';
import { objectAt } from '../../schemas/validation/members.js';

export type Breach = 'type' | 'required' | 'enum';

export interface Broken {
  breach: Breach;
  field: string;
  object: JsonObject;
}

type Path = (string | number)[];

interface Place {
  path: Path;
  schema: JsonObject;
  value: JsonValue;
}

/** One object for every breach that its schema allows, at a place that `random` (of [0, 1)) chooses. */
export function brokenObjects(schema: JsonObject, object: JsonObject, random: () => number): Broken[] {
  const places = [...placesOf(schema, object, [])];
  const choose = <T>(choices: readonly T[]): T | undefined => choices[Math.floor(random() * choices.length)];
  const broken: Broken[] = [];
  const breakAt = (breach: Breach, path: Path | undefined, value: JsonValue | undefined): void => {
    if (path) broken.push({ breach, field: fieldOf(path), object: withValue(object, path, value) });
  };
  const typed = choose(places.filter(({ schema, path }) => path.length > 0 && wrongFor(schema) !== undefined));
  breakAt('type', typed?.path, typed && wrongFor(typed.schema));
  breakAt('required', choose(places.flatMap(requiredAt)), undefined);
  breakAt('enum', choose(places.filter(({ schema }) => isEnumOfTexts(schema)))?.path, 'none-of-these');
  return broken;
}

/** Every value of the object with its schema, but for metadata. */
function* placesOf(schema: JsonObject, value: JsonValue, path: Path): Generator<Place> {
  yield { path, schema, value };
  if (Array.isArray(value)) {
    const items = objectAt(schema, 'items');
    if (items) for (const [i, item] of value.entries()) yield* placesOf(items, item, [...path, i]);
  } else if (isObject(value)) {
    const properties = objectAt(schema, 'properties') ?? {};
    const others = objectAt(schema, 'additionalProperties');
    const isEmbedded = path.length === 0 || schema['x-kubernetes-embedded-resource'] === true;
    for (const [name, member] of Object.entries(value)) {
      if (isEmbedded && ['metadata', 'apiVersion', 'kind'].includes(name)) continue;
      const inner = own(properties, name) ?? others;
      // The server takes a status away before it looks.
      if (isObject(inner) && !(path.length === 0 && name === 'status')) yield* placesOf(inner, member, [...path, name]);
    }
  }
}

const WRONG: Record<string, JsonValue> = {
  string: 7,
  integer: 'seven',
  number: 'seven',
  boolean: 'perhaps',
  object: 'text',
  array: 'text',
};

function wrongFor(schema: JsonObject): JsonValue | undefined {
  return schema['x-kubernetes-int-or-string'] === true ? undefined : WRONG[String(schema['type'])];
}

/** Paths of members that must be there and that no default puts back. */
function requiredAt({ path, schema, value }: Place): Path[] {
  const required = schema['required'];
  if (!isObject(value) || !Array.isArray(required)) return [];
  const properties = objectAt(schema, 'properties') ?? {};
  return (required as string[])
    .filter((name) => name in value && !(path.length === 0 && ['metadata', 'apiVersion', 'kind', 'status'].includes(name)))
    .filter((name) => objectAt(properties, name)?.['default'] === undefined)
    .map((name) => [...path, name]);
}

function isEnumOfTexts(schema: JsonObject): boolean {
  return schema['type'] === 'string' && Array.isArray(schema['enum']) && schema['x-kubernetes-int-or-string'] !== true;
}

function fieldOf(path: Path): string {
  return path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`), '');
}

/** A copy with another value there, or with none. */
function withValue(object: JsonObject, path: Path, value: JsonValue | undefined): JsonObject {
  const copy = clone(object);
  const parent = path.slice(0, -1).reduce<JsonValue>((inner, step) => (inner as JsonObject)[step]!, copy) as JsonObject;
  const last = path.at(-1)!;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

/** The smallest object that has every required member, for kinds without a sample. It may be refused: rules and patterns are not asked. */
export function smallestOf(schema: JsonObject, depth = 0): JsonValue {
  if (schema['default'] !== undefined) return clone(schema['default']);
  if (Array.isArray(schema['enum'])) return schema['enum'][0]!;
  switch (schema['type']) {
    case 'object': {
      const properties = objectAt(schema, 'properties') ?? {};
      const required = new Set((schema['required'] ?? []) as string[]);
      if (depth === 0 && properties['spec']) required.add('spec');
      // An object without a required member gets its first one, so that there is something to break.
      const first = Object.keys(properties)[0];
      if (required.size === 0 && depth > 0 && depth < 4 && first !== undefined) required.add(first);
      const members = [...required].filter((name) => isObject(own(properties, name)));
      return Object.fromEntries(members.map((name) => [name, smallestOf(properties[name] as JsonObject, depth + 1)]));
    }
    case 'array':
      return Number(schema['minItems'] ?? 0) > 0 ? [smallestOf(objectAt(schema, 'items') ?? {}, depth + 1)] : [];
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? 1);
    case 'boolean':
      return true;
    default:
      return 'a'.repeat(Number(schema['minLength'] ?? 1));
  }
}
