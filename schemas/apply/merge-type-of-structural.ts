/** Merge types of custom resources, from the structural schema of a CustomResourceDefinition's version (A4.2–A4.7). */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import {
  associativeList,
  atomicList,
  BOOLEAN,
  DEDUCED,
  type ListType,
  type MapType,
  type MergeType,
  NUMERIC,
  STRING,
  UNTYPED_ATOMIC,
  UNTYPED_SCALAR,
} from './merge-type.js';
import { mergeTypeOfDefinition } from './merge-type-of-definition.js';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/**
 * The type of a custom resource. `schema` is the version's openAPIV3Schema, undefined where it has none (A4.6);
 * `preserveUnknown` is the CustomResourceDefinition's spec.preserveUnknownFields (A4.4).
 */
export function mergeTypeOfStructural(schema: JsonObject | undefined, options: { preserveUnknown?: boolean } = {}): MergeType {
  if (!schema || Object.keys(schema).length === 0) return DEDUCED;
  const root = typeOf({ type: 'object', ...schema }, options.preserveUnknown === true);
  return { map: asResource(root.map!) };
}

function typeOf(schema: JsonObject, inherited: boolean): MergeType {
  const preserve = inherited || schema['x-kubernetes-preserve-unknown-fields'] === true;
  switch (schema['type']) {
    case 'object':
      return { map: mapOf(schema, preserve) };
    case 'array':
      return { list: listOf(schema, preserve) };
    case 'integer':
    case 'number':
      return NUMERIC;
    case 'boolean':
      return BOOLEAN;
    case 'string':
      return schema['format'] === undefined || schema['format'] === '' || schema['format'] === 'byte' ? STRING : UNTYPED_SCALAR;
    default:
      return { scalar: 'untyped', list: listOf(schema, preserve), map: mapOf(schema, preserve) };
  }
}

function mapOf(schema: JsonObject, preserve: boolean): MapType {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const fields = new Map<string, MergeType>();
  for (const name of Object.keys(properties)) fields.set(name, typeOf(properties[name] as JsonObject, preserve));
  const map = {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    fields,
    element: elementOf(schema['additionalProperties'], preserve || fields.size === 0, preserve),
  };
  return schema['x-kubernetes-embedded-resource'] === true ? asResource(map) : map;
}

/** A4.3: the type of undeclared members. */
function elementOf(additional: JsonValue | undefined, free: boolean, preserve: boolean): MergeType | undefined {
  if (isObject(additional)) return typeOf(additional, preserve);
  if (additional === undefined || additional === null) return free ? DEDUCED : undefined;
  return additional === true ? DEDUCED : undefined;
}

function listOf(schema: JsonObject, preserve: boolean): ListType {
  const items = isObject(schema['items']) ? schema['items'] : undefined;
  const item = items ? typeOf(items, preserve) : UNTYPED_ATOMIC;
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return associativeList(item, [], () => undefined);
    case 'map': {
      const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as string[];
      return associativeList(item, keys, (key) => defaultOf(items, key));
    }
    default:
      return atomicList(item);
  }
}

function defaultOf(items: JsonObject | undefined, key: string): JsonValue | undefined {
  const properties = items?.['properties'];
  const property = isObject(properties) ? properties[key] : undefined;
  return (isObject(property) ? property['default'] : undefined) ?? undefined;
}

/** A4.7: a resource has apiVersion, kind and metadata, whatever its schema says of them. */
function asResource(map: MapType): MapType {
  const fields = new Map(map.fields);
  fields.set('apiVersion', STRING).set('kind', STRING).set('metadata', mergeTypeOfDefinition(OBJECT_META));
  return { ...map, fields };
}
