import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { BOOL, BYTES, type CelType, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, TIMESTAMP } from './types.js';

/** B2.31: what fits in one request. */
const REQUEST_BYTES_MAX = 3 * 1024 * 1024;
const NAME = /^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/;
const KEYWORDS = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const ESCAPES: Record<string, string> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };

/** The name a property has in expressions, undefined if it has none (B7.4). */
export function escapeName(name: string): string | undefined {
  if (!NAME.test(name)) return undefined;
  if (KEYWORDS.has(name)) return `__${name}__`;
  return name.replace(/__|[.\-/]/g, (part) => ESCAPES[part]!);
}

export interface SchemaTypeOptions {
  /** The name of the type in error texts; those of fields are made from it. */
  name: string;
  /** The root of a resource, or of an embedded one: apiVersion, kind, metadata.name and metadata.generateName are there (B7.2). */
  resourceRoot?: boolean;
  /** Makes the type of the metadata of a resource, where all of it may be used; its name is given. */
  metadata?: MetadataType;
}

type MetadataType = (name: string) => CelType;

/** The type expressions see of a structural schema, with the sizes estimates need; undefined if they cannot see it (B7.3). */
export function schemaType(schema: JsonObject, options: SchemaTypeOptions): CelType | undefined {
  return typed(schema, options.name, options.resourceRoot ?? false, options.metadata);
}

const BOOLEAN: CelType = { ...BOOL, minSerializedSize: 4 };
const REAL: CelType = { ...DOUBLE, minSerializedSize: 1 };
const INTEGER: CelType = { ...INT, minSerializedSize: 1 };
const PLAIN: JsonObject = { type: 'string' };

const sizedText = (maxElements: number): CelType => ({
  kind: STRING.kind,
  name: STRING.name,
  params: STRING.params,
  minSerializedSize: 2,
  maxElements,
});

function typed(schema: JsonObject, name: string, resourceRoot: boolean, metadata?: MetadataType): CelType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true)
    return { ...DYN, minSerializedSize: 1, maxElements: textLength(schema) ?? REQUEST_BYTES_MAX - 2 };
  switch (schema['type']) {
    case 'array':
      return arrayType(schema, name, metadata);
    case 'object':
      return objectType(schema, name, resourceRoot, metadata);
    case 'string':
      return stringType(schema);
    case 'boolean':
      return BOOLEAN;
    case 'number':
      return REAL;
    case 'integer':
      return INTEGER;
    default:
      return resourceRoot && isObject(schema['properties']) ? objectType(schema, name, true, metadata) : undefined;
  }
}

const embedded = (schema: JsonObject): boolean => schema['x-kubernetes-embedded-resource'] === true;

function arrayType(schema: JsonObject, name: string, metadata: MetadataType | undefined): CelType | undefined {
  const items = schema['items'];
  const item = isObject(items) ? typed(items, `${name}.@idx`, embedded(items), metadata) : undefined;
  if (!item) return undefined;
  const maxElements = limit(schema['maxItems']) ?? Math.floor((REQUEST_BYTES_MAX - 2) / (item.minSerializedSize! + 1));
  const type: CelType = { ...listOf(item), maxElements, minSerializedSize: 2 };
  const kind = schema['x-kubernetes-list-type'];
  if (kind === 'set' || kind === 'map') {
    const keys = Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : [];
    type.identity = { type: kind, keys: keys.map((key) => escapeName(key) ?? key) };
  }
  return type;
}

function objectType(schema: JsonObject, name: string, resourceRoot: boolean, metadata: MetadataType | undefined): CelType | undefined {
  const additional = schema['additionalProperties'];
  if (isObject(additional)) {
    const value = typed(additional, `${name}.@elem`, embedded(additional), metadata);
    if (!value) return undefined;
    const maxElements = limit(schema['maxProperties']) ?? Math.floor((REQUEST_BYTES_MAX - 2) / (value.minSerializedSize! + 6));
    return { ...mapOf(STRING, value), maxElements, minSerializedSize: 2 };
  }
  return structType(schema, name, resourceRoot, metadata);
}

function structType(schema: JsonObject, name: string, resourceRoot: boolean, metadata: MetadataType | undefined): CelType {
  const declared = isObject(schema['properties']) ? schema['properties'] : {};
  const properties = resourceRoot ? withResourceMembers(declared) : declared;
  return new SchemaStruct(name, schema['required'], properties, resourceRoot, metadata);
}

const NONE: readonly CelType[] = [];

/**
 * Most of a schema is never looked at by an expression: the fields of an object are made when one of them is asked for. A class, for an
 * object literal with getters is slow to make, and there are many.
 */
class SchemaStruct implements CelType {
  readonly kind = 'struct';
  readonly params = NONE;
  #members: Members | undefined;
  #size: number | undefined;

  constructor(
    readonly name: string,
    private readonly required: JsonValue | undefined,
    private readonly properties: JsonObject,
    private readonly resourceRoot: boolean,
    private readonly metadata: MetadataType | undefined,
  ) {}

  #known(): Members {
    this.#members ??= membersOf(this.properties, this.name, this.resourceRoot, this.metadata);
    return this.#members;
  }

  get fields(): Members['fields'] {
    return this.#known().fields;
  }

  get jsonNames(): Members['jsonNames'] {
    return this.#known().jsonNames;
  }

  get minSerializedSize(): number {
    this.#size ??= smallestSize(this.required, this.properties);
    return this.#size;
  }
}

interface Members {
  fields: ReadonlyMap<string, CelType>;
  jsonNames: ReadonlyMap<string, string>;
}

function membersOf(properties: JsonObject, name: string, resourceRoot: boolean, metadata: MetadataType | undefined): Members {
  const fields = new Map<string, CelType>();
  const jsonNames = new Map<string, string>();
  for (const property in properties) {
    const inner = properties[property]!;
    const escaped = escapeName(property);
    if (escaped === undefined || !isObject(inner)) continue;
    const path = `${name}.${escaped}`;
    const isMetadata = metadata && resourceRoot && property === 'metadata';
    const type = isMetadata ? metadata(path) : typed(inner, path, embedded(inner), metadata);
    if (type === undefined) continue;
    fields.set(escaped, type);
    if (escaped !== property) jsonNames.set(escaped, property);
  }
  return { fields, jsonNames };
}

/** The JSON of an object with nothing but what is required and has no default. */
function smallestSize(required: JsonValue | undefined, properties: JsonObject): number {
  let size = 2;
  for (const property of new Set(Array.isArray(required) ? required : [])) {
    const inner = typeof property === 'string' && Object.hasOwn(properties, property) ? properties[property]! : undefined;
    if (!isObject(inner) || inner['default'] !== undefined) continue;
    const type = typed(inner, '', embedded(inner));
    if (type !== undefined) size += String(property).length + type.minSerializedSize! + 4;
  }
  return size;
}

/** B7.2; a schema that declares all of them itself keeps its own. */
function withResourceMembers(declared: JsonObject): JsonObject {
  const metadata = declared['metadata'];
  const names = isObject(metadata) && metadata['type'] === 'object' ? metadata['properties'] : undefined;
  const isText = (schema: unknown): boolean => isObject(schema) && schema['type'] === 'string';
  if (
    isText(declared['kind']) &&
    isText(declared['apiVersion']) &&
    isObject(names) &&
    isText(names['name']) &&
    isText(names['generateName'])
  )
    return declared;
  const known: JsonObject = { type: 'object', properties: { name: PLAIN, generateName: PLAIN } };
  return { ...declared, kind: PLAIN, apiVersion: PLAIN, metadata: known };
}

function stringType(schema: JsonObject): CelType {
  switch (schema['format']) {
    case 'byte':
      return { ...BYTES, minSerializedSize: 2, maxElements: limit(schema['maxLength']) ?? REQUEST_BYTES_MAX - 2 };
    case 'duration':
      return { ...DURATION, minSerializedSize: 3, maxElements: 32 };
    case 'date':
      return { ...TIMESTAMP, minSerializedSize: 12, maxElements: 12 };
    case 'date-time':
      return { ...TIMESTAMP, minSerializedSize: 21, maxElements: 32 };
    default:
      return sizedText(textLength(schema) ?? longestOf(schema['enum']) ?? REQUEST_BYTES_MAX - 2);
  }
}

/** A character may take four bytes. */
function textLength(schema: JsonObject): number | undefined {
  const length = limit(schema['maxLength']);
  return length === undefined ? undefined : length * 4;
}

function longestOf(values: unknown): number | undefined {
  if (!Array.isArray(values) || values.length === 0) return undefined;
  return Math.max(0, ...values.filter((value) => typeof value === 'string').map((value) => Buffer.byteLength(value)));
}

function limit(value: unknown): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Math.max(0, Number(value)) : undefined;
}
