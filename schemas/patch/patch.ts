/** What the three kinds of patch documents have in common (rest.md §5). */
import { invalidValue } from '../field-errors.js';
import type { JsonObject, JsonValue } from '../json-value.js';
import { badRequest, invalid, type StatusError } from '../status.js';
import { type DecodedJson, decodeJson, encodeJson, JsonError } from '../wire/json.js';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** A patch document, decoded once and applied to as many versions of an object as it takes. */
export interface Patch {
  /** Problems of the document itself, in order (R4.13); those of the result come after. None under Ignore. */
  readonly problems: readonly string[];
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

/** R5.14: objects that the patch walked into print sorted, others as they stand; `<`, `>`, `&` escaped as Go does. */
export function printWalked(root: JsonValue, walked: ReadonlySet<JsonValue>): string {
  const write = (value: JsonValue): string => {
    if (typeof value !== 'object' || value === null) return encodeJson(value);
    if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
    const keys = Object.keys(value);
    if (walked.has(value)) keys.sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${write(value[key]!)}`).join(',')}}`;
  };
  return write(root).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
