/** OpenAPI schemas of the built-in types, from the facts in `schemas/definitions/` (R10.7, R10.18, R10.21, R10.25). */
import { type Definition, type Field, findDefinition, itemOf, jsonFields, type TypeName } from '../schemas/definitions/index.js';
import { type GroupVersionKind, parseApiVersion } from '../schemas/group-version.js';
import type { JsonObject, JsonValue } from '../schemas/json-value.js';
import { KNOWN_VERSIONS } from '../schemas/kinds.js';
import { OBJECT_META, TYPE_META } from './descriptions.js';
import { kindExtension, META, type OpenApiVersion, propertyRef, refTo } from './schema.js';

/** The group-versions that Kubernetes knows, served or not. */
export const EVERYWHERE = Object.entries(KNOWN_VERSIONS).flatMap(([group, versions]) => versions.map((version) => ({ group, version })));

/** Scalars that OpenAPI knows by name (R10.7). */
const NAMED_SCALARS: Readonly<Record<string, string>> = {
  Time: `${META}.Time`,
  MicroTime: `${META}.MicroTime`,
  FieldsV1: `${META}.FieldsV1`,
  Duration: `${META}.Duration`,
  Quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  IntOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  RawExtension: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
};

const APIEXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
/** Types whose references have no description that they would have to be wrapped for. */
const BARE: ReadonlySet<string> = new Set([`${APIEXTENSIONS}.JSONSchemaProps`, 'io.k8s.api.networking.v1.IngressRule']);

const oneOf = (...types: string[]): JsonObject => ({ oneOf: types.map((type) => ({ type })) });

/** Types that are no struct in JSON; the second form is that of OpenAPI 3 where it differs. */
const SPECIAL: Readonly<Record<string, readonly [JsonObject, JsonObject?]>> = {
  [NAMED_SCALARS['Time']!]: [{ type: 'string', format: 'date-time' }],
  [NAMED_SCALARS['MicroTime']!]: [{ type: 'string', format: 'date-time' }],
  [NAMED_SCALARS['Duration']!]: [{ type: 'string' }],
  [NAMED_SCALARS['FieldsV1']!]: [{ type: 'object' }],
  [NAMED_SCALARS['RawExtension']!]: [{ type: 'object' }],
  [NAMED_SCALARS['Quantity']!]: [{ type: 'string' }, oneOf('string', 'number')],
  [NAMED_SCALARS['IntOrString']!]: [
    { type: 'string', format: 'int-or-string' },
    { format: 'int-or-string', ...oneOf('integer', 'string') },
  ],
  [`${APIEXTENSIONS}.JSON`]: [{}],
  [`${APIEXTENSIONS}.JSONSchemaPropsOrArray`]: [{}],
  [`${APIEXTENSIONS}.JSONSchemaPropsOrBool`]: [{}],
  [`${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`]: [{}],
};

const PLAIN: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

/**
 * The schema of a built-in type; undefined where no type is called so. `everywhere` are the group-versions that a kind of every
 * group-version (`DeleteOptions`) is said to belong to.
 */
export function schemaOfDefinition(
  name: TypeName,
  version: OpenApiVersion,
  everywhere: readonly { group: string; version: string }[],
): JsonObject | undefined {
  const special = SPECIAL[name];
  if (special) return (version === 3 && special[1]) || special[0];
  const definition = findDefinition(name);
  if (!definition || definition.inlineOnly) return undefined;
  const fields = jsonFields(definition);
  const properties: JsonObject = {};
  if (definition.gvk && definition.gvk[0] !== '*') Object.assign(properties, TYPE_META);
  if (definition.gvk?.[0] === '*' && name.endsWith('Options')) Object.assign(properties, TYPE_META);
  const descriptions = name === `${META}.ObjectMeta` ? OBJECT_META : {};
  for (const field of fields) {
    const description = descriptions[field.name];
    properties[field.name] = {
      ...propertySchema(field, version, BARE.has(name) && field.name !== 'default'),
      ...(description && { description }),
    };
  }
  const required = fields.filter((field) => field.required).map((field) => field.name);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    ...(Object.keys(properties).length > 0 && { properties: sorted(properties) }),
    ...(definition.mapType && { 'x-kubernetes-map-type': definition.mapType }),
    ...unions(definition),
    ...(definition.gvk && kindExtension(kindsOf(definition, everywhere))),
  };
}

function sorted(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function kindsOf(definition: Definition, everywhere: readonly { group: string; version: string }[]): GroupVersionKind[] {
  const kind = definition.name.slice(definition.name.lastIndexOf('.') + 1);
  if (definition.gvk?.[0] === '*') return everywhere.map((groupVersion) => ({ ...groupVersion, kind }));
  return definition.gvk!.map((gvk) => ({ ...parseApiVersion(gvk.slice(0, gvk.lastIndexOf('/')))!, kind }));
}

function unions({ unions: list }: Definition): JsonObject {
  if (!list) return {};
  return {
    'x-kubernetes-unions': list.map(({ discriminator, fields }) => ({
      ...(discriminator && { discriminator }),
      'fields-to-discriminateBy': Object.fromEntries(fields.map((field) => [field, field[0]!.toUpperCase() + field.slice(1)])),
    })),
  };
}

function propertySchema(field: Field, version: OpenApiVersion, isBare: boolean): JsonObject {
  const value = version === 3 ? defaultOf(field) : undefined;
  return {
    ...(itemOf(field.type) || PLAIN[field.type]
      ? typeSchema(field.type, version, field.enum ? field.values : undefined)
      : isBare
        ? refTo(nameOf(field.type), version)
        : propertyRef(nameOf(field.type), version)),
    ...(value !== undefined && { default: value }),
    ...(field.enum && !itemOf(field.type) && { enum: [...field.values!].sort() }),
    ...extensions(field),
  };
}

function nameOf(type: TypeName): string {
  return NAMED_SCALARS[type] ?? type;
}

/** `values` are those of the innermost items. */
function typeSchema(type: TypeName, version: OpenApiVersion, values?: readonly string[]): JsonObject {
  const parts = itemOf(type);
  if (!parts) return PLAIN[type] ?? refTo(nameOf(type), version);
  const item = itemOf(parts.item) ? typeSchema(parts.item, version, values) : itemSchema(parts.item, version, values);
  return parts.list ? { type: 'array', items: item } : { type: 'object', additionalProperties: item };
}

/** OpenAPI 3 says of items what they are where nothing is said: Go's zero value. */
function itemSchema(type: TypeName, version: OpenApiVersion, values: readonly string[] | undefined): JsonObject {
  const schema = typeSchema(type, version);
  if (version === 2) return values ? { ...schema, enum: [...values].sort() } : schema;
  if (PLAIN[type]) return { ...schema, ...(type in ZEROS && { default: ZEROS[type]! }), ...(values && { enum: [...values].sort() }) };
  return findDefinition(type) && !SPECIAL[type] ? { default: {}, allOf: [schema] } : schema;
}

const ZEROS: Readonly<Record<string, JsonValue>> = { string: '', bool: false, int32: 0, int64: 0, double: 0 };

/** The marker's value, or Go's zero value of what is no pointer and always written. */
function defaultOf({ default: value, presence, type }: Field): JsonValue | undefined {
  if (value !== undefined) return value;
  if (presence === 'pointer' || presence === 'pointer-always' || itemOf(type)) return undefined;
  if (findDefinition(type)) return {};
  if (presence !== 'always') return undefined;
  return ZEROS[type];
}

function extensions(field: Field): JsonObject {
  return {
    ...(field.listType && { 'x-kubernetes-list-type': field.listType }),
    ...(field.listMapKeys && { 'x-kubernetes-list-map-keys': field.listMapKeys }),
    ...(field.mapType && { 'x-kubernetes-map-type': field.mapType }),
    ...(field.patchStrategy && { 'x-kubernetes-patch-strategy': field.patchStrategy }),
    ...(field.patchMergeKey && { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
  };
}
