/** The `default` markers of a built-in type and everything in it, as a closure; conditional defaults are each kind's own. */
import { definition, findDefinition, itemOf, jsonFields, type Field, type TypeName } from '../definitions/index.js';
import { clone, type JsonObject, type JsonValue } from '../json-value.js';

/** Fills defaults in place; undefined where nothing in the type has any. */
export type Default = (object: JsonObject) => void;

const compiled = new Map<TypeName, Default | undefined>();

export function defaultsOf(name: TypeName): Default | undefined {
  if (compiled.has(name)) return compiled.get(name);
  compiled.set(name, undefined); // JSONSchemaProps is made of itself, and has none
  const steps = jsonFields(definition(name)).flatMap((field) => [...ownDefault(field), ...nestedDefault(field)]);
  if (steps.length === 0) return undefined;
  const fill: Default = (object) => {
    for (const step of steps) step(object);
  };
  compiled.set(name, fill);
  return fill;
}

/** A zero value is no default: Go would not write it. */
function ownDefault({ name, presence, default: value }: Field): Default[] {
  if (value === undefined || (presence === 'omitempty' && (value === '' || value === 0 || value === false))) return [];
  return [
    (object) => {
      object[name] ??= clone(value);
    },
  ];
}

function nestedDefault({ name, type }: Field): Default[] {
  const nested = valueDefault(type);
  if (!nested) return [];
  return [
    (object) => {
      const value = object[name];
      if (value !== undefined && value !== null) nested(value);
    },
  ];
}

function valueDefault(type: TypeName): ((value: JsonValue) => void) | undefined {
  const parts = itemOf(type);
  if (parts) {
    const item = valueDefault(parts.item);
    return item && ((value) => Object.values(value as JsonObject | JsonValue[]).forEach(item));
  }
  return findDefinition(type) ? (defaultsOf(type) as ((value: JsonValue) => void) | undefined) : undefined;
}
