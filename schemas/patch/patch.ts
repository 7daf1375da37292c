/** What the three kinds of patch documents have in common (rest.md §5). */
import { sortedMembers } from '../structural/structural.js';
import { definition, jsonFields } from '../definitions/index.js';
import { invalidValue } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { badRequest, invalid, type StatusError } from '../status.js';
import { type DecodedJson, decodeJson, encodeJson, JsonError } from '../wire/json.js';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** A patch document, decoded once and applied to as many versions of an object as it takes. */
export interface Patch {
  /** Problems of the document itself, in order (R4.13); those of the result come after. None under Ignore. */
  readonly problems: readonly string[];
  /** Whether the result goes straight into the type, so that nobody looks at its apiVersion and kind: a strategic patch. */
  readonly isTyped?: boolean;
  /** The patched object; `document` (the versioned object, R5.13) is left alone, and nothing is shared with it. Throws `StatusError`. */
  apply(document: JsonObject): Patched;
}

export interface Patched {
  result: JsonObject;
  /** The patched object (or, for a strategic patch, the patch) as R5.14 shows it. */
  print(): string;
}

/** R5.14: the patched document does not decode into the kind, or strict validation found problems. */
export function undecodable(printed: string, why: string): StatusError {
  return invalid({ group: '', kind: '' }, '', [invalidValue('patch', printed, why)]);
}

/** Decodes a document; bad JSON is a 400 with `prefix` before Go's text. */
export function decodeDocument(bytes: Uint8Array | string, prefix: string): DecodedJson {
  try {
    return decodeJson(bytes);
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(prefix + error.message);
    throw error;
  }
}

/** Go's word for the JSON type in «cannot unmarshal <kind> into …». */
export function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return value === null ? 'null' : 'object';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'number';
}

/**
 * R5.14: what the patch walked into (every ancestor of what it changed) stands sorted in the result, the rest as it was; so
 * do the problems that the result has.
 */
export function sortWalked<T extends JsonValue>(value: T, walked: ReadonlySet<JsonValue>): T {
  if (!walked.has(value)) return value;
  if (Array.isArray(value)) return value.map((item) => sortWalked(item, walked)) as T;
  return sortMembers(value as JsonObject, (member) => sortWalked(member, walked)) as T;
}

/** A copy with sorted keys; `each` is applied to the members. */
export function sortMembers(object: JsonObject, each: (member: JsonValue) => JsonValue): JsonObject {
  const sorted: JsonObject = {};
  for (const key of Object.keys(object).sort()) sorted[key] = each(object[key]!);
  return sorted;
}

/** The result as R5.14 shows it: metadata that the patch left alone in wire order; `<`, `>`, `&` escaped as Go does. */
export function printResult(result: JsonObject, isMetadataWalked: boolean): string {
  const metadata = result['metadata'];
  const shown = isMetadataWalked || !isObject(metadata) ? result : { ...result, metadata: inWireOrder(metadata) };
  return escapedJson(shown);
}

/** The same of a custom resource, which is a map to Go and sorted throughout. */
export const printSorted = (result: JsonObject): string => escapedJson(sortedMembers(result));

const escapedJson = (value: JsonValue): string =>
  encodeJson(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function inWireOrder(metadata: JsonObject): JsonObject {
  const names = jsonFields(definition('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')).map((field) => field.name);
  const ordered: JsonObject = {};
  for (const name of [...names, ...Object.keys(metadata)]) if (metadata[name] !== undefined) ordered[name] = metadata[name];
  return ordered;
}
