import { definition, findDefinition, itemOf, jsonFields, type TypeName } from '../../schemas/definitions/index.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';

const SAMPLES: Record<string, JsonValue> = {
  bool: true,
  int32: -3,
  int64: 7,
  double: 1.5,
  bytes: 'Aw==',
  Time: '2004-01-01T01:01:01Z',
  MicroTime: '2004-01-01T01:01:01.000002Z',
  Quantity: '1500m',
  IntOrString: 'http',
  RawExtension: { apiVersion: 'example.com/v1', kind: 'Custom', n: 1 },
  FieldsV1: { 'f:spec': {} },
};

/** An object of that type with every member set, and one item in every list and map; a type does not contain itself. */
export function filled(name: TypeName, around: readonly TypeName[] = []): JsonObject {
  const object: JsonObject = {};
  for (const field of jsonFields(definition(name))) {
    const value = filledValue(field.type, `${field.name}Value`, [...around, name]);
    if (value !== undefined) object[field.name] = value;
  }
  return object;
}

function filledValue(type: TypeName, text: string, around: readonly TypeName[]): JsonValue | undefined {
  const parts = itemOf(type);
  if (parts) {
    const item = filledValue(parts.item, text, around);
    if (item === undefined) return undefined;
    return parts.list ? [item] : { key: item };
  }
  if (type === 'string') return text;
  if (type in SAMPLES) return SAMPLES[type];
  if (findDefinition(type)) return around.includes(type) ? undefined : filled(type, around);
  if (type.endsWith('JSONSchemaPropsOrBool')) return true;
  if (type.endsWith('JSONSchemaPropsOrStringArray')) return ['a'];
  return type.endsWith('.JSON') ? { a: [1] } : undefined;
}
