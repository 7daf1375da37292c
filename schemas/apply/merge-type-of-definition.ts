/** Merge types of built-in kinds, from their definitions (A4.2–A4.8). */
import { definition, type Field, findDefinition, itemOf, jsonFields, type TypeName } from '../definitions/index.js';
import type { JsonValue } from '../json-value.js';
import {
  associativeList,
  atomicList,
  BOOLEAN,
  DEDUCED,
  freeMap,
  type ListType,
  type MapType,
  type MergeType,
  NUMERIC,
  STRING,
  UNTYPED_ATOMIC,
  UNTYPED_SCALAR,
} from './merge-type.js';

const ANY: MergeType = { scalar: 'untyped', list: atomicList(UNTYPED_ATOMIC), map: freeMap(DEDUCED) };

const SCALARS: Record<TypeName, MergeType> = {
  string: STRING,
  bytes: STRING,
  Duration: STRING,
  int32: NUMERIC,
  int64: NUMERIC,
  double: NUMERIC,
  bool: BOOLEAN,
  Time: UNTYPED_SCALAR,
  MicroTime: UNTYPED_SCALAR,
  Quantity: UNTYPED_SCALAR,
  // Its OpenAPI v3 schema has no type.
  IntOrString: ANY,
  RawExtension: UNTYPED_ATOMIC,
  FieldsV1: { map: freeMap(DEDUCED) },
};

/** What a required scalar is completed with in the key of a list item (A4.8). */
const ZEROES: Record<TypeName, JsonValue> = { string: '', int32: 0, int64: 0, double: 0, bool: false };

const compiled = new Map<TypeName, MergeType>();

/** The type of a definition (`io.k8s.api.core.v1.ConfigMap`). Throws an Error where there is none of that name. */
export function mergeTypeOfDefinition(name: TypeName): MergeType {
  let type = compiled.get(name);
  if (type) return type;
  const { mapType, gvk } = definition(name);
  const fields = new Map<string, MergeType>();
  // Registered before its fields are compiled, since a definition may contain itself.
  type = { map: { atomic: mapType === 'atomic', fields, element: undefined } };
  compiled.set(name, type);
  if (gvk) fields.set('apiVersion', STRING).set('kind', STRING);
  for (const field of jsonFields(definition(name))) fields.set(field.name, typeOfField(field));
  if (fields.size === 0) type.map!.element = DEDUCED;
  return type;
}

function typeOf(name: TypeName): MergeType {
  const item = itemOf(name);
  if (item) return item.list ? { list: atomicList(typeOf(item.item)) } : { map: freeMap(typeOf(item.item)) };
  return SCALARS[name] ?? (findDefinition(name) ? mergeTypeOfDefinition(name) : ANY);
}

function typeOfField(field: Field): MergeType {
  const item = itemOf(field.type);
  if (item?.list) return { list: listOf(field, item.item) };
  const type = typeOf(field.type);
  return field.mapType && type.map ? withRelation(type.map, field.mapType === 'atomic') : type;
}

/** A4.5: what a field says of its map wins over what the referenced type says. */
function withRelation(map: MapType, atomic: boolean): MergeType {
  return {
    map: {
      atomic,
      fields: map.fields,
      // The referenced type may still be in the making.
      get element() {
        return map.element;
      },
    },
  };
}

/** A4.5: the list type, or without one the patch strategy. */
function listOf(field: Field, itemName: TypeName): ListType {
  const item = typeOf(itemName);
  const merges = field.listType === undefined && field.patchStrategy?.split(',').includes('merge') === true;
  if (field.listType === 'map') return associativeList(item, field.listMapKeys!, (key) => keyDefault(itemName, key));
  if (merges && field.patchMergeKey) return associativeList(item, [field.patchMergeKey], (key) => keyDefault(itemName, key));
  if (field.listType === 'set' || merges) return associativeList(item, [], () => undefined);
  return atomicList(item);
}

function keyDefault(itemName: TypeName, key: string): JsonValue | undefined {
  const field = jsonFields(definition(itemName)).find((candidate) => candidate.name === key);
  if (!field) return undefined;
  return field.default ?? (field.presence === 'always' ? ZEROES[field.type] : undefined);
}
