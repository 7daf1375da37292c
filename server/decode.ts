/** Request bodies into objects of a resource's version (rest.md §4.2, §4.3). */
import { builtinSchema } from '../schemas/builtin-schema.js';
import { definitionOfKind } from '../schemas/definitions/index.js';
import { invalidValue } from '../schemas/field-errors.js';
import { apiVersionOf, type GroupVersionKind, parseApiVersion } from '../schemas/group-version.js';
import type { Said } from '../schemas/said.js';
import { clone, isObject, type JsonObject, type JsonValue, sortDeep } from '../schemas/json-value.js';
import { ConformError, type Literals, type ObjectSchema } from '../schemas/object-schema.js';
import { metaOf } from '../schemas/object-meta.js';
import { badRequest, invalid, type StatusError, tooLarge, unsupportedMediaType } from '../schemas/status.js';
import { structuralSchema } from '../schemas/structural/structural-schema.js';
import { decodeJson, inDocumentOrder } from '../schemas/wire/json.js';
import { decodeProtobuf } from '../schemas/wire/protobuf.js';
import { decodeYaml } from '../schemas/wire/yaml.js';
import type { Request } from './api.js';
import { ALL_TYPES, JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from './negotiation.js';
import type { FieldValidation } from './request-options.js';
import { apiVersion, type Resource } from './resource.js';

/** R4.16 */
export const BODY_BYTES_MAX = 3145728;

/** R4.16, thrown by whoever reads the body. */
export const bodyTooLarge = (): StatusError => tooLarge(`limit is ${BODY_BYTES_MAX}`);

export interface Decoded {
  value: JsonValue;
  /** Duplicate members (R4.11), in document order. */
  duplicates: string[];
  /** Numbers of a JSON text that JavaScript prints otherwise. */
  literals?: Literals;
}

/** The media type of a body: parameters dropped, JSON when there is none (R4.15). 415 for anything else. */
export function bodyMediaType(request: Request): (typeof ALL_TYPES)[number] {
  const type = (request.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === '') return JSON_TYPE;
  const known = ALL_TYPES.find((t) => t === type);
  if (!known) throw unsupportedMediaType(ALL_TYPES);
  return known;
}

/** An error of Go's JSON or YAML decoder, in its words: YAML is made JSON before anybody looks what it is. */
export class BodySyntaxError extends Error {}

const unreadable = (why: string): BodySyntaxError => new BodySyntaxError(`couldn't get version/kind; json parse error: ${why}`);

/** YAML is read by way of JSON, in which its members are sorted. */
function parse(mediaType: string, body: Buffer): Decoded {
  try {
    if (mediaType !== YAML_TYPE) return decodeJson(body);
    const { value, duplicates } = decodeYaml(body);
    return { value: sortDeep(value), duplicates };
  } catch (error) {
    const why = (error as Error).message;
    throw mediaType === YAML_TYPE ? new BodySyntaxError(why) : unreadable(why);
  }
}

const TYPE_META = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What Go's JSON decoder calls a value. */
export const goTypeName = (v: JsonValue): string =>
  Array.isArray(v)
    ? 'array'
    : typeof v === 'object'
      ? 'object'
      : typeof v === 'boolean'
        ? 'bool'
        : typeof v === 'string'
          ? 'string'
          : 'number';

/** Go's reading of apiVersion and kind; throws with its words. `null` is an empty object. */
export function readTypeMeta(value: JsonValue): JsonObject {
  if (value === null) return {};
  if (!isObject(value)) throw unreadable(`json: cannot unmarshal ${goTypeName(value)} into Go value of type ${TYPE_META}`);
  for (const key of ['apiVersion', 'kind']) {
    const member = value[key];
    if (member !== undefined && member !== null && typeof member !== 'string')
      throw unreadable(`json: cannot unmarshal ${goTypeName(member)} into Go struct field .${key} of type string`);
  }
  return value;
}

/** R4.17: what is shown of a body that was not recognised. */
function summary(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const isText = body.toString('latin1').trimStart().startsWith('{');
  const cut = body.subarray(0, 30);
  const shown = isText ? cut.toString('utf8') : cut.toString('hex');
  return body.length > 30 ? `${shown} ...` : shown;
}

const unrecognized = (kind: string, why: string, body: Buffer): StatusError =>
  badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`);

/**
 * The body of a create or update: parsed, of the right kind, conformed and defaulted. Unknown and duplicate fields are dropped,
 * warned about or refused by `validation` (R4.10); `said` takes what it says in other words. Errors: 400 of R4.12, R4.17, R4.18.
 */
export function decodeBody(resource: Resource, request: Request, validation: FieldValidation, said?: Said[]): JsonObject {
  const mediaType = bodyMediaType(request);
  const { kind } = resource.gvk;
  let decoded: Decoded;
  let object: JsonObject;
  try {
    decoded = mediaType === PROTOBUF_TYPE ? fromProtobuf(resource, request.body) : parse(mediaType, request.body);
    object = readTypeMeta(decoded.value);
  } catch (error) {
    if (!(error instanceof BodySyntaxError)) throw error;
    const overflow = resource.isCustom && /json: cannot unmarshal number \S+ into Go value of type float64$/.exec(error.message)?.[0];
    if (overflow)
      throw badRequest(`${kind} in version ${JSON.stringify(resource.gvk.version)} cannot be handled as a ${kind}: ${overflow}`);
    throw unrecognized(kind, error.message, request.body);
  }
  object = checkKind(resource, request, object);
  const unknown: string[] = [];
  const bodyKind = (object['kind'] as string) || kind;
  const bodyVersion = parseApiVersion((object['apiVersion'] as string) ?? '')?.version || resource.gvk.version;
  const asKind = (why: string): StatusError =>
    badRequest(
      `${bodyKind} in version ${JSON.stringify(bodyVersion)} cannot be handled as a ${resource.isCustom ? bodyKind : kind}: ${why}`,
    );
  try {
    schemaFor(resource, request, object).conform(object, unknown, decoded.literals, said);
    if (!resource.isCustom) resource.schema.default(object);
  } catch (error) {
    if (error instanceof ConformError) throw asKind(error.message);
    throw error;
  }
  const problems = problemsOf(resource, request, mediaType, decoded.duplicates, unknown);
  if (validation === 'Strict' && problems.length)
    throw asKind(`strict decoding error: ${(mediaType === YAML_TYPE ? asYamlError(decoded.duplicates, unknown) : problems).join(', ')}`);
  if (validation === 'Warn') for (const problem of problems.slice(0, 100)) request.warn(problem);
  if (!resource.isCustom) {
    object['kind'] = kind;
    object['apiVersion'] = apiVersion(resource);
  } else if (object['apiVersion'] !== apiVersion(resource)) throw versionMismatch(object['apiVersion'] as string, apiVersion(resource));
  else if (bodyKind !== kind)
    throw invalid({ group: resource.gvk.group, kind: bodyKind }, metaOf(object).name ?? '', [
      invalidValue('kind', bodyKind, `must be ${kind}`),
    ]);
  if (resource.isCustom) resource.schema.default(object);
  request.audit?.decoded(object);
  return object;
}

const NOTHING_KNOWN = structuralSchema({ type: 'object' });
const ANYTHING = structuralSchema({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });

/**
 * R4.18: a custom resource of another version is read as that one, or as having no members at all, before it is refused; what is no
 * custom resource of the kind, as it stands.
 */
export function schemaFor(resource: Resource, request: Request, object: JsonObject): ObjectSchema {
  const { apiVersion: version, kind } = object;
  if (!resource.isCustom || (version === apiVersion(resource) && kind === resource.gvk.kind)) return resource.schema;
  if (kind !== resource.gvk.kind || parseApiVersion(String(version))?.group !== resource.gvk.group) return ANYTHING;
  const other = request.api.registry.findKind(request.info.cluster, String(version), resource.gvk.kind);
  return other?.isCustom === true ? other.schema : NOTHING_KNOWN;
}

/** R4.12: built-ins in document order, custom resources with the duplicates first. */
function problemsOf(resource: Resource, request: Request, mediaType: string, duplicates: string[], unknown: string[]): string[] {
  if (duplicates.length === 0) return unknown;
  if (resource.isCustom || unknown.length === 0 || mediaType !== JSON_TYPE) return [...duplicates, ...unknown];
  return inDocumentOrder(request.body, duplicates, unknown);
}

/** The duplicates of a YAML document are one error. */
const asYamlError = (duplicates: readonly string[], unknown: readonly string[]): string[] =>
  duplicates.length ? [`yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`, ...unknown] : [...unknown];

const versionMismatch = (got: string, want: string): StatusError =>
  badRequest(`the API version in the data (${got}) does not match the expected API version (${want})`);

/**
 * R4.17, R4.18: whether the body names the resource's kind; built-ins take both members from the URL where they are missing.
 * The Scales of all groups are one type, and an Eviction may be of an older version.
 */
function checkKind(resource: Resource, request: Request, object: JsonObject): JsonObject {
  const kind = (object['kind'] as string) ?? '';
  const version = (object['apiVersion'] as string) ?? '';
  const { gvk } = resource;
  if (parseApiVersion(version) === undefined) throw unrecognized(gvk.kind, `unexpected GroupVersion string: ${version}`, request.body);
  if (resource.isCustom) {
    if (kind === '') {
      const shown = request.body.toString('utf8');
      throw unrecognized(gvk.kind, `Object 'Kind' is missing in '${shown}'`, request.body);
    }
    if (version === '') throw versionMismatch('', apiVersion(resource));
    return object;
  }
  const wanted = apiVersion(resource);
  if ((kind === '' || kind === gvk.kind) && (version === '' || version === wanted)) return object;
  const asKind = (why: string): StatusError =>
    badRequest(
      `${kind || gvk.kind} in version ${JSON.stringify(parseApiVersion(version)?.version || gvk.version)} cannot be handled as a ${gvk.kind}: ${why}`,
    );
  const parsed = parseApiVersion(version) ?? { group: '', version };
  const named = { group: version === '' ? gvk.group : parsed.group, version: parsed.version || gvk.version, kind: kind || gvk.kind };
  const isConvertible = named.kind === gvk.kind && (named.group === gvk.group || named.kind === 'Scale');
  if (isConvertible && request.api.registry.knowsType(named)) {
    if (named.kind === 'Eviction') return object;
    throw versionMismatch(version, wanted);
  }
  throw asKind(notThisKind(resource, request, named, object));
}

/** Why an object that says it is of another type cannot be one of the built-in resource: it is first read as what it says. */
export function notThisKind(resource: Resource, request: Request, named: GroupVersionKind, object: JsonObject): string {
  const { group, kind } = resource.gvk;
  return request.api.registry.knowsType(named)
    ? (unreadableAs(named, object) ??
        `converting (${named.version}.${named.kind}) to (${internalPackage(group)}.${kind}): unknown conversion`)
    : `no kind ${JSON.stringify(named.kind)} is registered for version ${JSON.stringify(apiVersionOf(named))} in scheme "pkg/runtime/scheme.go:111"`;
}

function unreadableAs(named: GroupVersionKind, object: JsonObject): string | undefined {
  const definition = definitionOfKind(named);
  if (!definition) return undefined;
  try {
    builtinSchema(definition.name).conform(clone(object), []);
    return undefined;
  } catch (error) {
    if (error instanceof ConformError) return error.message;
    throw error;
  }
}

/** The Go package of a group's internal types: `core`, `apps`, `rbac`. */
export function internalPackage(group: string): string {
  return group === '' ? 'core' : group.split('.')[0]!;
}

function fromProtobuf(resource: Resource, body: Buffer): Decoded {
  if (resource.isCustom) throw unsupportedMediaType([JSON_TYPE, YAML_TYPE]);
  try {
    const { apiVersion: version, kind, object } = decodeProtobuf(body, resource.gvk);
    return { value: object ?? { kind, apiVersion: version }, duplicates: [] };
  } catch (error) {
    throw unrecognized(resource.gvk.kind, (error as Error).message, body);
  }
}

const OF_NO_VERSION = ['Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList'];
const OF_META: Readonly<Record<string, readonly string[]>> = {
  v1: ['CreateOptions', 'UpdateOptions'],
  'meta.k8s.io/v1beta1': ['CreateOptions', 'UpdateOptions', 'Table', 'TableOptions', 'PartialObjectMetadata'],
  'meta.k8s.io/v1': [
    ...['CreateOptions', 'UpdateOptions', 'PatchOptions', 'GetOptions', 'ListOptions', 'WatchEvent'],
    ...['Table', 'TableOptions', 'PartialObjectMetadata', 'PartialObjectMetadataList'],
  ],
};

/** Whether the scheme of meta/v1, which options are read by, knows the kind. */
const isOtherMetaKind = (kind: string, version: string): boolean =>
  OF_NO_VERSION.includes(kind) || (OF_META[version]?.includes(kind) ?? false);

const DELETE_OPTIONS = { group: '', version: 'v1', kind: 'DeleteOptions' };

/** The body of a DELETE: undefined if there is none (R4.1, R4.40). */
export function decodeDeleteOptions(request: Request): JsonObject | undefined {
  if (request.body.length === 0) return undefined;
  const mediaType = bodyMediaType(request);
  let object: JsonObject;
  try {
    object = readTypeMeta(
      mediaType === PROTOBUF_TYPE ? (decodeProtobuf(request.body, DELETE_OPTIONS).object ?? {}) : parse(mediaType, request.body).value,
    );
  } catch (error) {
    throw badRequest((error as Error).message);
  }
  const kind = (object['kind'] as string) ?? '';
  const version = (object['apiVersion'] as string) || 'meta.k8s.io/v1';
  if (!parseApiVersion(version)) throw badRequest(`unexpected GroupVersion string: ${version}`);
  if (kind !== '' && kind !== 'DeleteOptions') {
    if (isOtherMetaKind(kind, version)) throw badRequest(`converting (v1.${kind}) to (v1.DeleteOptions): unknown conversion`);
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  return object;
}
