/**
 * Strategic merge patch (R5.16–R5.23): maps merge, lists replace, unless the type says that a list merges by a key.
 * Directives (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…`) steer it.
 */
import { findDefinition, itemOf, jsonFields, type TypeName } from '../definitions/index.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { goValue } from '../printing/go-value.js';
import { badRequest, invalidRequest, rawError } from '../status.js';
import { restoreError, restoreIntegers } from './restore.js';
import { decodeDocument, type FieldValidation, jsonKind, type Patch, sortMembers, undecodable } from './patch.js';

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';
const ORDER_WORD = SET_ORDER.slice(0, -1);
const DELETE_WORD = DELETE_FROM_LIST.slice(0, -1);

/** Decodes a patch for objects of the built-in type (a definition's name). Throws 400 with the decoder's bare text (R5.21). */
export function decodeStrategicPatch(bytes: Uint8Array | string, validation: FieldValidation, type: TypeName): Patch {
  const { value, duplicates } = decodeDocument(bytes, '');
  if (value !== null && !isObject(value))
    throw badRequest(`json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`);
  const patch = value ?? {};
  return {
    problems: validation === 'Ignore' ? [] : duplicates,
    isTyped: true,
    apply: (document) => {
      // Directives are consumed while merging, and R5.14 prints what is left of the patch.
      const used = clone(patch);
      const print = (): string => goValue(used);
      // Sorted throughout, because the result's problems are told in the order of their paths (R4.13).
      const result = sorted(mergeMap(clone(document), used, type));
      const wrong = restoreError(result, type);
      if (wrong !== undefined) throw undecodable(print(), wrong);
      restoreIntegers(result, type);
      return { result, print };
    },
  };
}

const sorted = (object: JsonObject): JsonObject => sortMembers(object, sortedValue);
const sortedValue = (value: JsonValue): JsonValue =>
  Array.isArray(value) ? value.map(sortedValue) : isObject(value) ? sorted(value) : value;

interface FieldMarkers {
  type: TypeName;
  strategy: string;
  mergeKey: string;
}

/** What the type says of a member. Members of a map of strings have its item's type and no markers. */
function markersOf(type: TypeName, name: string): FieldMarkers {
  const container = itemOf(type);
  if (container && !container.list) return { type: container.item, strategy: '', mergeKey: '' };
  const definition = findDefinition(type);
  const field = definition && jsonFields(definition).find((candidate) => candidate.name === name);
  if (!field) {
    if (definition?.gvk && (name === 'apiVersion' || name === 'kind')) return { type: 'string', strategy: '', mergeKey: '' };
    throw rawError(`unable to find api field in struct ${type.slice(type.lastIndexOf('.') + 1)} for the json field "${name}"`);
  }
  const strategies = (field.patchStrategy ?? '').split(',').filter((strategy) => strategy !== 'retainKeys');
  return { type: field.type, strategy: strategies[0] ?? '', mergeKey: field.patchMergeKey ?? '' };
}

function listMarkersOf(type: TypeName, name: string): FieldMarkers {
  const markers = markersOf(type, name);
  const container = itemOf(markers.type);
  if (!container?.list) throw rawError(`expected slice or array type, but got: ${container ? 'map' : 'struct'}`);
  return { ...markers, type: container.item };
}

/** R5.18. Changes and returns `original`; consumes the directives of `patch`. */
function mergeMap(original: JsonObject, patch: JsonObject, type: TypeName): JsonObject {
  const directive = patch[PATCH];
  if (directive === 'replace') {
    delete patch[PATCH];
    return clone(patch);
  }
  if (directive === 'delete') return {};
  if (directive !== undefined) throw unknownDirective(directive, patch);
  retainKeys(original, patch);
  orderLists(original, patch, type);
  for (const key of Object.keys(patch)) mergeMember(original, patch, key, type);
  return original;
}

const unknownDirective = (directive: JsonValue, map: JsonObject): Error =>
  rawError(`unknown patch type: ${goValue(directive)} in map: ${goValue(map)}`);

function retainKeys(original: JsonObject, patch: JsonObject): void {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return;
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(keys)) throw badRequest('invalid patch format of retainKeys');
  const retained = new Set(keys);
  for (const key of Object.keys(patch))
    if (patch[key] !== null && !key.startsWith(DELETE_FROM_LIST) && !key.startsWith(SET_ORDER) && !retained.has(key))
      throw badRequest('invalid patch format of retainKeys');
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

function mergeMember(original: JsonObject, patch: JsonObject, patchKey: string, type: TypeName): void {
  const value = patch[patchKey]!;
  const isDeleteList = patchKey.startsWith(DELETE_WORD);
  if (isDeleteList && !patchKey.startsWith(DELETE_FROM_LIST)) throw badRequest('invalid patch format of primitive list');
  const key = isDeleteList ? patchKey.slice(DELETE_FROM_LIST.length) : patchKey;
  if (value === null) {
    delete original[key];
    return;
  }
  const current = Object.hasOwn(original, key) ? original[key] : undefined;
  if (current === undefined || goType(current) !== goType(value)) {
    if (isDeleteList) return;
    dropNulls(value);
    const taken = withoutDirectives(value);
    if (taken !== undefined) original[key] = taken;
  } else if (isObject(current) && isObject(value)) {
    const markers = markersOf(type, key);
    original[key] = markers.strategy === 'replace' ? clone(value) : mergeMap(current, value, markers.type);
  } else if (Array.isArray(current) && Array.isArray(value)) {
    const markers = listMarkersOf(type, key);
    if (isDeleteList) original[key] = withoutItems(current, value);
    else original[key] = markers.strategy === 'merge' ? mergeList(current, value, markers) : clone(value);
  } else original[key] = value;
}

/** Two values of different Go types are not merged, but replaced. */
function goType(value: JsonValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'bigint') return 'int64';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return value === null ? 'nil' : 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function dropNulls(value: JsonValue): void {
  if (Array.isArray(value)) value.forEach(dropNulls);
  else if (isObject(value))
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else dropNulls(value[key]!);
    }
}

/** A copy without objects that have `$patch`, undefined for one that has it itself; other directives become members like any. */
function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (PATCH in value) return undefined;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    const member = withoutDirectives(value[key]!);
    if (member !== undefined) copy[key] = member;
  }
  return copy;
}

const withoutItems = (list: JsonValue[], gone: readonly JsonValue[]): JsonValue[] => {
  const removed = new Set(gone);
  return list.filter((item) => !removed.has(item));
};

/** R5.19 */
function mergeList(original: JsonValue[], patch: JsonValue[], markers: FieldMarkers): JsonValue[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (!isListOfMaps(original, patch)) {
    const merged = [...new Set([...original, ...patch])];
    return ordered(merged, patch, original, '');
  }
  if (markers.mergeKey === '')
    throw rawError(`cannot merge lists without merge key for ${markers.type.slice(markers.type.lastIndexOf('.') + 1)}`);
  const { live, items } = applyItemDirectives(original as JsonObject[], patch as JsonObject[], markers.mergeKey);
  const merged = mergeItems(live, items, markers);
  return ordered(merged, items, live, markers.mergeKey);
}

/** All items of both lists must be of one type, and that not a list. */
function isListOfMaps(original: readonly JsonValue[], patch: readonly JsonValue[]): boolean {
  const [first, ...others] = [...original, ...patch];
  if (first === undefined) throw rawError('no elements in any of the given slices');
  if (Array.isArray(first)) throw invalidRequest();
  if (first === null || others.some((item) => goType(item) !== goType(first)))
    throw rawError(`list element types are not identical: [${goValue([...original])} ${goValue([...patch])}]`);
  return isObject(first);
}

const noMergeKey = (map: JsonValue, key: string): Error => rawError(`map: ${goValue(map)} does not contain declared merge key: ${key}`);

/** Merge keys are compared as they print (R5.20). */
function keyOf(item: JsonObject, mergeKey: string): string {
  if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
  return goValue(item[mergeKey]!);
}

function applyItemDirectives(original: JsonObject[], patch: JsonObject[], mergeKey: string): { live: JsonObject[]; items: JsonObject[] } {
  const items: JsonObject[] = [];
  const deleted = new Set<string>();
  let replace = false;
  for (const item of patch) {
    const directive = item[PATCH];
    if (directive === undefined) items.push(item);
    else if (directive === 'delete') deleted.add(keyOf(item, mergeKey));
    else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw rawError('merging lists cannot yet be specified in the patch');
    else throw unknownDirective(directive, item);
  }
  if (replace) return { live: items.map(clone), items: [] };
  const live =
    deleted.size === 0 ? original : original.filter((item) => !Object.hasOwn(item, mergeKey) || !deleted.has(keyOf(item, mergeKey)));
  return { live, items };
}

function mergeItems(live: readonly JsonObject[], patch: readonly JsonObject[], markers: FieldMarkers): JsonObject[] {
  const merged = [...live];
  const positions = positionsOf(merged, markers.mergeKey);
  for (const item of patch) {
    const key = keyOf(item, markers.mergeKey);
    const at = positions.get(key);
    if (at === undefined) {
      positions.set(key, merged.length);
      merged.push(clone(item));
    } else merged[at] = mergeMap(merged[at]!, item, markers.type);
  }
  return merged;
}

/** Where each key (or, without merge key, each scalar) first stands; items without the key stand nowhere. */
function positionsOf(list: readonly JsonValue[], mergeKey: string): Map<JsonValue, number> {
  const positions = new Map<JsonValue, number>();
  list.forEach((item, i) => {
    if (mergeKey !== '' && !isObject(item)) throw rawError(`value for key ${i} is not a map`);
    if (isObject(item) && !Object.hasOwn(item, mergeKey)) return;
    const key = isObject(item) ? keyOf(item, mergeKey) : item;
    if (!positions.has(key)) positions.set(key, i);
  });
  return positions;
}

/**
 * R5.22: items named in `order` come in that order, items that only the server has in that of `live`; of the two heads the
 * server's goes first only if both were live and it stood before.
 */
function ordered(merged: readonly JsonValue[], order: readonly JsonValue[], live: readonly JsonValue[], mergeKey: string): JsonValue[] {
  const identity = (item: JsonValue): JsonValue => (mergeKey === '' ? item : keyOf(item as JsonObject, mergeKey));
  const wanted = positionsOf(order, mergeKey);
  const server = positionsOf(live, mergeKey);
  const byPosition = (positions: ReadonlyMap<JsonValue, number>) => (a: JsonValue, b: JsonValue) =>
    (positions.get(identity(a)) ?? 0) - (positions.get(identity(b)) ?? 0);
  const patchItems = merged.filter((item) => wanted.has(identity(item)));
  const serverItems = merged.filter((item) => !wanted.has(identity(item)));
  for (const item of mergeKey === '' ? [] : [...order, ...live]) keyOf(item as JsonObject, mergeKey);
  patchItems.sort(byPosition(wanted));
  serverItems.sort(byPosition(server));

  const result: JsonValue[] = [];
  for (let s = 0, p = 0; s < serverItems.length || p < patchItems.length; ) {
    const left = s < serverItems.length ? server.get(identity(serverItems[s]!)) : undefined;
    const right = p < patchItems.length ? server.get(identity(patchItems[p]!)) : undefined;
    const serverFirst = p >= patchItems.length || (s < serverItems.length && left !== undefined && right !== undefined && left < right);
    result.push(serverFirst ? serverItems[s++]! : patchItems[p++]!);
  }
  return result;
}

/** R5.18.3: every `$setElementOrder/<f>` merges and orders the list `<f>`; both are consumed. */
function orderLists(original: JsonObject, patch: JsonObject, type: TypeName): void {
  for (const directive of Object.keys(patch).filter((key) => key.startsWith(ORDER_WORD))) {
    const order = listOrFail(patch[directive]!);
    delete patch[directive];
    if (!directive.startsWith(SET_ORDER)) throw badRequest('invalid patch format of setElementOrder list');
    const name = directive.slice(SET_ORDER.length);
    const live = Object.hasOwn(original, name) ? listOrFail(original[name]!) : undefined;
    const items = Object.hasOwn(patch, name) ? listOrFail(patch[name]!) : undefined;
    const markers = listMarkersOf(type, name);
    checkOrder(items ?? [], order, markers.mergeKey);
    if (live === undefined && items === undefined) continue;
    let merged: JsonValue[];
    if (items === undefined) merged = live!;
    else if (live === undefined) merged = withoutDirectives(items) as JsonValue[];
    else merged = markers.strategy === 'merge' ? mergeList(live, items, markers) : clone(items);
    isListOfMaps(live ?? [], items ?? []);
    original[name] = ordered(merged, order, live ?? [], markers.mergeKey);
    delete patch[name];
  }
}

function listOrFail(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value;
  throw rawError(`expected a []interface {}, but received a ${value === null ? '%!s(<nil>)' : goType(value)}`);
}

/** What the patch brings must stand in the directive's list, in its order. */
function checkOrder(items: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string): void {
  if (items.length === 0 || order.length === 0) return;
  const identity = (item: JsonValue): JsonValue => (mergeKey !== '' && isObject(item) ? keyOf(item, mergeKey) : item);
  const brought = items.filter((item) => mergeKey === '' || !isObject(item) || item[PATCH] !== 'delete');
  let found = 0;
  for (const entry of order) if (found < brought.length && identity(brought[found]!) === identity(entry)) found++;
  if (found < brought.length)
    throw rawError(`The order in patch list:\n${goValue([...items])}\n doesn't match $setElementOrder list:\n${goValue([...order])}\n`);
}
