/** OpenAPI schemas of custom resources, from their structural schema (R10.30–R10.33). */
import type { Kind } from '../schemas/kinds.js';
import { isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { TYPE_META } from './descriptions.js';
import { listSchemaName, schemaName } from './operations.js';
import { kindExtension, META, type OpenApiVersion, propertyRef, refTo } from './schema.js';

/** A served version of a CustomResourceDefinition. */
export interface CustomKind {
  kind: Kind;
  /** Reads the `openAPIV3Schema`; undefined where there is none. */
  schema(): JsonObject | undefined;
  /** `spec.preserveUnknownFields` */
  preserveUnknownFields?: boolean;
  /** JSON paths of `selectableFields`. */
  selectableFields?: readonly string[];
}

const PRESERVE = 'x-kubernetes-preserve-unknown-fields';
const EMBEDDED = 'x-kubernetes-embedded-resource';
const INT_OR_STRING = 'x-kubernetes-int-or-string';
const INTEGER_OR_STRING: JsonObject[] = [{ type: 'integer' }, { type: 'string' }];

/** The schemas of the kind and of its list, by name. */
export function schemasOfCustomKind(custom: CustomKind, version: OpenApiVersion): JsonObject {
  return { [schemaName(custom.kind)]: kindSchema(custom, version), [listSchemaName(custom.kind)]: listSchema(custom, version) };
}

function kindSchema(custom: CustomKind, version: OpenApiVersion): JsonObject {
  const { group, version: served, kind } = custom.kind;
  const extension = { ...kindExtension([{ group, version: served, kind }]), ...selectableFields(custom) };
  const schema = custom.schema();
  // With properties and unknown ones preserved, kubectl's old validation would refuse the unknown ones.
  const anything = !schema || (version === 2 && (schema[PRESERVE] === true || custom.preserveUnknownFields === true));
  if (anything) return { type: 'object', ...extension };
  const converted = convert(schema, version);
  const properties = isObject(converted['properties']) ? converted['properties'] : {};
  return { ...converted, properties: { ...properties, ...objectMembers(version) }, ...extension };
}

function listSchema(custom: CustomKind, version: OpenApiVersion): JsonObject {
  const { group, version: served, kind, listKind } = custom.kind;
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...TYPE_META,
      metadata: propertyRef(`${META}.ListMeta`, version),
      items: { type: 'array', items: refTo(schemaName(custom.kind), version) },
    },
    ...kindExtension([{ group, version: served, kind: listKind }]),
    ...selectableFields(custom),
  };
}

function selectableFields({ selectableFields: paths = [] }: CustomKind): JsonObject {
  if (paths.length === 0) return {};
  return { 'x-kubernetes-selectable-fields': paths.map((path) => ({ fieldPath: path.replace(/^\./, '') })) };
}

function objectMembers(version: OpenApiVersion): JsonObject {
  return { ...TYPE_META, metadata: propertyRef(`${META}.ObjectMeta`, version) };
}

/** One node and everything below it. */
function convert(node: JsonObject, version: OpenApiVersion): JsonObject {
  const own = node[INT_OR_STRING] === true ? unfold(node) : { ...node };
  if (version === 2) toVersion2(own);
  convertChildren(own, version);
  const preserves = own[PRESERVE] === true;
  if (own[EMBEDDED] === true && !(version === 2 && preserves)) embed(own, version);
  return own;
}

function convertChildren(own: JsonObject, version: OpenApiVersion): void {
  if (isObject(own['properties'])) own['properties'] = mapValues(own['properties'], version);
  if (isObject(own['items'])) own['items'] = convert(own['items'], version);
  if (isObject(own['additionalProperties'])) own['additionalProperties'] = convert(own['additionalProperties'], version);
}

function mapValues(properties: JsonObject, version: OpenApiVersion): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, isObject(property) ? convert(property, version) : property]),
  );
}

/** Says in plain OpenAPI what int-or-string means, unless the author did. */
function unfold(node: JsonObject): JsonObject {
  const { anyOf, allOf } = node;
  if (isIntegerOrString(anyOf)) return { ...node };
  if (anyOf === undefined) return { ...node, anyOf: INTEGER_OR_STRING };
  const list = Array.isArray(allOf) ? allOf : [];
  const first = list[0];
  if (isObject(first) && isIntegerOrString(first['anyOf'])) return { ...node };
  return { ...node, allOf: [{ anyOf: INTEGER_OR_STRING }, ...list] };
}

function isIntegerOrString(anyOf: JsonValue | undefined): boolean {
  return Array.isArray(anyOf) && anyOf.length === 2 && isType(anyOf[0], 'integer') && isType(anyOf[1], 'string');
}

function isType(node: JsonValue | undefined, type: string): boolean {
  return isObject(node) && node['type'] === type;
}

/** What Swagger 2.0 and its readers cannot take (R10.32). */
function toVersion2(own: JsonObject): void {
  for (const key of ['allOf', 'anyOf', 'oneOf', 'not', 'default']) delete own[key];
  const preserves = own[PRESERVE] === true;
  if (own['nullable'] === true) {
    delete own['type'];
    delete own['nullable'];
  }
  if (preserves || own['type'] === undefined) {
    delete own['items'];
    delete own['properties'];
  }
  if (own['type'] === 'array' && own['items'] === undefined) delete own['type'];
  if (preserves && own['type'] === 'object') delete own['type'];
  dropNullableRequired(own);
}

function dropNullableRequired(own: JsonObject): void {
  const { required, properties, additionalProperties } = own;
  if (!Array.isArray(required)) return;
  const kept = required.filter((name) => {
    const property = isObject(properties) ? properties[String(name)] : undefined;
    return !(isObject(property) && property['nullable'] === true);
  });
  if (kept.length === 0 || (isObject(additionalProperties) && additionalProperties['nullable'] === true)) delete own['required'];
  else own['required'] = kept;
}

function embed(own: JsonObject, version: OpenApiVersion): void {
  const required = Array.isArray(own['required']) ? own['required'] : [];
  own['properties'] = { ...(isObject(own['properties']) ? own['properties'] : {}), ...objectMembers(version) };
  own['required'] = [...required, ...['kind', 'apiVersion'].filter((name) => !required.includes(name))];
}
