/** FieldsV1, the JSON form of a set of paths (A2). */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { addBelow, addMember, draft, EMPTY_SET, type FieldSet } from './field-set.js';
import { parseElement, PathElementError, sortElements } from './path.js';

/** Reads a `fieldsV1` object (A2.1). Throws `PathElementError` where it is none. */
export function decodeFields(fields: JsonValue): FieldSet {
  return decodeNode(fields).below ?? EMPTY_SET;
}

function decodeNode(fields: JsonValue): { below: FieldSet | undefined; member: boolean } {
  if (fields === null) return { below: undefined, member: true };
  if (!isObject(fields)) throw new PathElementError('a set of fields is an object');
  const below = draft();
  let empty = true;
  let member = false;
  for (const key of Object.keys(fields)) {
    if (key === '.') {
      member = true;
      continue;
    }
    const element = parseElement(key);
    if (element === undefined) continue;
    const child = decodeNode(fields[key]!);
    empty = false;
    if (child.member) addMember(below, element);
    if (child.below) addBelow(below, element, child.below);
  }
  return empty ? { below: undefined, member: true } : { below, member };
}

/** Writes a set in the order of A2.3 (R5.81). */
export function encodeFields(set: FieldSet): JsonObject {
  const { members, children } = set;
  const out: JsonObject = {};
  if (!children) {
    if (members) for (const element of sortElements(members)) out[element] = {};
    return out;
  }
  const elements = members ? new Set([...members, ...children.keys()]) : children.keys();
  for (const element of sortElements(elements)) {
    const child = children.get(element);
    const below = child ? encodeFields(child) : {};
    out[element] = child && members?.has(element) ? { '.': {}, ...below } : below;
  }
  return out;
}
