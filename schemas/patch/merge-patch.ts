/** JSON merge patch (RFC 7386, R5.15). */
import { clone, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { badRequest } from '../status.js';
import { decodeJson, encodeJson } from '../wire/json.js';
import { decodeDocument, type FieldValidation, jsonKind, type Patch, printResult, sortWalked, undecodable } from './patch.js';

const NOT_AN_OBJECT =
  "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type " +
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Throws 400 for a document that is no object; under Ignore a list becomes the whole result, which is no object (422). */
export function decodeMergePatch(bytes: Uint8Array | string, validation: FieldValidation): Patch {
  const { value, duplicates } = validation === 'Ignore' ? decodeLoosely(bytes) : decodeDocument(bytes, 'error decoding patch: ');
  if (isObject(value)) return { problems: validation === 'Ignore' ? [] : duplicates, apply: (document) => merged(document, value) };
  if (validation === 'Ignore' && Array.isArray(value)) throw undecodable(encodeJson(value), NOT_AN_OBJECT);
  if (validation === 'Ignore' || value === null) throw badRequest('Invalid JSON Patch');
  throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`);
}

function decodeLoosely(bytes: Uint8Array | string): ReturnType<typeof decodeJson> {
  try {
    return decodeJson(bytes);
  } catch {
    throw badRequest('Invalid JSON Patch');
  }
}

function merged(document: JsonObject, patch: JsonObject): ReturnType<Patch['apply']> {
  const root = clone(document);
  const walked = new Set<JsonValue>();
  merge(root, clone(patch), walked);
  const isMetadataWalked = walked.has(root['metadata'] ?? null);
  const result = sortWalked(root, walked);
  return { result, print: () => printResult(result, isMetadataWalked) };
}

/** Changes `target`; what it takes from `patch` it keeps. */
function merge(target: JsonObject, patch: JsonObject, walked: Set<JsonValue>): void {
  walked.add(target);
  for (const key of Object.keys(patch)) {
    const value = patch[key]!;
    const current = Object.hasOwn(target, key) ? target[key]! : null;
    if (value === null) delete target[key];
    else if (isObject(current) && isObject(value)) merge(current, value, walked);
    else {
      target[key] = value;
      if (!isObject(current)) dropNulls(value, walked);
    }
  }
}

/** Nulls inside what is new vanish; items of lists stay, null or not. */
function dropNulls(value: JsonValue, walked: Set<JsonValue>): void {
  if (Array.isArray(value)) {
    walked.add(value);
    for (const item of value) dropNulls(item, walked);
  } else if (isObject(value)) {
    walked.add(value);
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else dropNulls(value[key]!, walked);
    }
  }
}
