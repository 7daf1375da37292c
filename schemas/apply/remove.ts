/** Taking fields out of a value (A5.8), and taking only them (A5.9). */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { type FieldSet, isEmpty } from './field-set.js';
import { itemElement } from './list-item.js';
import { DEDUCED, handledAs, type ListType, type MapType, memberType, type MergeType, partOf } from './merge-type.js';
import { fieldElement } from './path.js';

/** The value without the members of `set`; a container that is left empty becomes null. The argument is not changed. */
export function removeFields(value: JsonValue, set: FieldSet, type: MergeType): JsonValue {
  if (isEmpty(set)) return value;
  switch (handledAs(type, partOf(type, value))) {
    case 'map':
      return isObject(value) && !type.map!.atomic ? removeMembers(value, set, type.map!) : null;
    case 'list':
      return Array.isArray(value) && !type.list!.atomic ? removeItems(value, set, type.list!) : null;
    default:
      return value;
  }
}

function removeMembers(value: JsonObject, set: FieldSet, map: MapType): JsonValue {
  const kept: JsonObject = {};
  let changed = false;
  let size = 0;
  for (const name of Object.keys(value)) {
    const element = fieldElement(name);
    if (set.members?.has(element)) {
      changed = true;
      continue;
    }
    const below = set.children?.get(element);
    const member = value[name]!;
    const rest = below ? removeFields(member, below, memberType(map, name) ?? DEDUCED) : member;
    changed ||= rest !== member;
    kept[name] = rest;
    size++;
  }
  return size === 0 ? null : changed ? kept : value;
}

function removeItems(value: JsonValue[], set: FieldSet, list: ListType): JsonValue {
  const kept: JsonValue[] = [];
  let changed = false;
  for (const item of value) {
    const element = itemElement(list, item);
    if (set.members?.has(element)) {
      changed = true;
      continue;
    }
    const below = set.children?.get(element);
    const rest = below ? removeFields(item, below, list.item) : item;
    changed ||= rest !== item;
    kept.push(rest);
  }
  return kept.length === 0 ? null : changed ? kept : value;
}

/** Only the members of `set`, with the containers on the way to them. The argument is not changed. */
export function extractFields(value: JsonValue, set: FieldSet, type: MergeType): JsonValue {
  switch (handledAs(type, partOf(type, value))) {
    case 'map':
      return isObject(value) && !type.map!.atomic ? extractMembers(value, set, type.map!) : value;
    case 'list':
      return Array.isArray(value) && !type.list!.atomic ? extractItems(value, set, type.list!) : value;
    default:
      return value;
  }
}

const NOTHING_BELOW: FieldSet = { members: undefined, children: undefined };

function extractMembers(value: JsonObject, set: FieldSet, map: MapType): JsonObject {
  const taken: JsonObject = {};
  for (const name of Object.keys(value)) {
    const element = fieldElement(name);
    const below = set.children?.get(element);
    if (!below && set.members?.has(element) !== true) continue;
    taken[name] = extractFields(value[name]!, below ?? NOTHING_BELOW, memberType(map, name) ?? DEDUCED);
  }
  return taken;
}

function extractItems(value: JsonValue[], set: FieldSet, list: ListType): JsonValue[] {
  const taken: JsonValue[] = [];
  for (const item of value) {
    const element = itemElement(list, item);
    const below = set.children?.get(element);
    if (below || set.members?.has(element)) taken.push(extractFields(item, below ?? NOTHING_BELOW, list.item));
  }
  return taken;
}
