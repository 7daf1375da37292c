/** How errors print schemas and versions: as JSON of Go's internal types (B2.28, R2.26). Every member is always there. */
import { isEmpty } from '../../builtin/scalars.js';
import { isObject, type JsonObject, type JsonValue } from '../../json-value.js';
import { sortedMembers } from '../../structural/structural.js';

type Print = (value: JsonValue | undefined) => JsonValue;

const text: Print = (value) => value ?? '';
const flag: Print = (value) => value ?? false;
const plain: Print = (value) => (value === undefined ? null : sortedMembers(value));
const list: Print = (value) => (Array.isArray(value) ? value : null);
const listOf =
  (print: (value: JsonObject) => JsonObject): Print =>
  (value) =>
    Array.isArray(value) ? value.filter(isObject).map(print) : null;
const oneOf =
  (print: (value: JsonObject) => JsonObject): Print =>
  (value) =>
    isObject(value) ? print(value) : null;
const mapOf =
  (print: Print): Print =>
  (value) => {
    if (!isObject(value)) return null;
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((name) => [name, print(value[name])]),
    );
  };

const schema: Print = (value) => (isObject(value) ? internalSchema(value) : null);
const schemaOrBool: Print = (value) => {
  if (value === undefined || value === null) return null;
  return isObject(value) ? { Allows: true, Schema: internalSchema(value) } : { Allows: value, Schema: null };
};
const schemaOrList: Print = (value) => {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? { Schema: null, JSONSchemas: value.map(schema) } : { Schema: schema(value), JSONSchemas: null };
};
const schemaOrTexts: Print = (value) =>
  Array.isArray(value) ? { Schema: null, Property: value } : { Schema: schema(value), Property: null };

/** Go's member name, the JSON name, how it prints: in the order of Go's type. */
type Members = readonly (readonly [goName: string, name: string, print: Print])[];

function printed(members: Members, object: JsonObject): JsonObject {
  return Object.fromEntries(members.map(([goName, name, print]) => [goName, print(object[name])]));
}

const RULE: Members = [
  ['Rule', 'rule', text],
  ['Message', 'message', text],
  ['MessageExpression', 'messageExpression', text],
  ['Reason', 'reason', plain],
  ['FieldPath', 'fieldPath', text],
  ['OptionalOldSelf', 'optionalOldSelf', plain],
];

/** A validation rule as errors print it (B2.30a). */
const internalRule = (rule: JsonObject): JsonObject => printed(RULE, rule);

const DOCUMENTATION: Members = [
  ['Description', 'description', text],
  ['URL', 'url', text],
];

const SCHEMA: Members = [
  ['ID', 'id', text],
  ['Schema', '$schema', text],
  ['Ref', '$ref', plain],
  ['Description', 'description', text],
  ['Type', 'type', text],
  ['Nullable', 'nullable', flag],
  ['Format', 'format', text],
  ['Title', 'title', text],
  ['Default', 'default', plain],
  ['Maximum', 'maximum', plain],
  ['ExclusiveMaximum', 'exclusiveMaximum', flag],
  ['Minimum', 'minimum', plain],
  ['ExclusiveMinimum', 'exclusiveMinimum', flag],
  ['MaxLength', 'maxLength', plain],
  ['MinLength', 'minLength', plain],
  ['Pattern', 'pattern', text],
  ['MaxItems', 'maxItems', plain],
  ['MinItems', 'minItems', plain],
  ['UniqueItems', 'uniqueItems', flag],
  ['MultipleOf', 'multipleOf', plain],
  ['Enum', 'enum', list],
  ['MaxProperties', 'maxProperties', plain],
  ['MinProperties', 'minProperties', plain],
  ['Required', 'required', list],
  ['Items', 'items', schemaOrList],
  ['AllOf', 'allOf', listOf(internalSchema)],
  ['OneOf', 'oneOf', listOf(internalSchema)],
  ['AnyOf', 'anyOf', listOf(internalSchema)],
  ['Not', 'not', schema],
  ['Properties', 'properties', mapOf(schema)],
  ['AdditionalProperties', 'additionalProperties', schemaOrBool],
  ['PatternProperties', 'patternProperties', mapOf(schema)],
  ['Dependencies', 'dependencies', mapOf(schemaOrTexts)],
  ['AdditionalItems', 'additionalItems', schemaOrBool],
  ['Definitions', 'definitions', mapOf(schema)],
  ['ExternalDocs', 'externalDocs', oneOf((docs) => printed(DOCUMENTATION, docs))],
  ['Example', 'example', plain],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', plain],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', flag],
  ['XIntOrString', 'x-kubernetes-int-or-string', flag],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', list],
  ['XListType', 'x-kubernetes-list-type', plain],
  ['XMapType', 'x-kubernetes-map-type', plain],
  ['XValidations', 'x-kubernetes-validations', listOf(internalRule)],
];

export function internalSchema(value: JsonObject): JsonObject {
  return printed(SCHEMA, value);
}

/** The members of Go's schema that an object sets, in Go's order. */
export function usedMembers(value: JsonObject): string[] {
  return SCHEMA.filter(([, name, print]) => {
    const member = value[name];
    if (member === undefined) return false;
    if (isEmpty(member)) return true;
    const shown = print(shallow(member));
    return shown !== null && shown !== '' && shown !== false;
  }).map(([goName]) => goName);
}

/** Enough of a member to see whether it prints as something: what is inside schemas is of no interest. */
function shallow(member: JsonValue): JsonValue {
  if (Array.isArray(member)) return member.slice(0, 1);
  if (!isObject(member)) return member;
  return Object.fromEntries(Object.keys(member).map((name) => [name, isObject(member[name]) ? {} : member[name]!]));
}

const SCALE: Members = [
  ['SpecReplicasPath', 'specReplicasPath', text],
  ['StatusReplicasPath', 'statusReplicasPath', text],
  ['LabelSelectorPath', 'labelSelectorPath', plain],
];
const SUBRESOURCES: Members = [
  ['Status', 'status', plain],
  ['Scale', 'scale', oneOf((scale) => printed(SCALE, scale))],
];
const COLUMN: Members = [
  ['Name', 'name', text],
  ['Type', 'type', text],
  ['Format', 'format', text],
  ['Description', 'description', text],
  ['Priority', 'priority', (value) => value ?? 0],
  ['JSONPath', 'jsonPath', text],
];
const VERSION: Members = [
  ['Name', 'name', text],
  ['Served', 'served', flag],
  ['Storage', 'storage', flag],
  ['Deprecated', 'deprecated', flag],
  ['DeprecationWarning', 'deprecationWarning', plain],
  ['Schema', 'schema', oneOf((value) => ({ OpenAPIV3Schema: schema(value.openAPIV3Schema) }))],
  ['Subresources', 'subresources', oneOf((value) => printed(SUBRESOURCES, value))],
  ['AdditionalPrinterColumns', 'additionalPrinterColumns', listOf((column) => printed(COLUMN, column))],
  ['SelectableFields', 'selectableFields', listOf((field) => ({ JSONPath: text(field.jsonPath) }))],
];

export const internalVersion = (version: JsonObject): JsonObject => printed(VERSION, version);
