/** What an applier of a value owns (A5.4, R5.83), and the two ways a set is brought in line with a type (A3.8, A5.10). */
import { isObject, type JsonObject, type JsonValue, own } from '../json-value.js';
import { addBelow, addMember, draft, EMPTY_SET, type FieldSet, isEmpty, recursiveDifference, union } from './field-set.js';
import { itemElement } from './list-item.js';
import { DEDUCED, handledAs, type ListType, type MapType, memberType, type MergeType, partOf } from './merge-type.js';
import { fieldElement, type PathElement } from './path.js';

/** The paths below `value`, which must conform to its type (`typedError`). */
export function ownedFields(value: JsonValue, type: MergeType): FieldSet {
  if (typeof value !== 'object' || value === null) return EMPTY_SET;
  const part = handledAs(type, partOf(type, value));
  if (part === 'map' && isObject(value) && !type.map!.atomic) return ownedMembers(value, type.map!);
  if (part === 'list' && Array.isArray(value) && !type.list!.atomic) return ownedItems(value, type.list!);
  return EMPTY_SET;
}

function ownedMembers(value: JsonObject, map: MapType): FieldSet {
  const set = draft();
  for (const name of Object.keys(value)) {
    const member = value[name]!;
    const declared = map.fields.get(name);
    const type = declared ?? map.element ?? DEDUCED;
    const element = fieldElement(name);
    if (!declared || isNothing(member) || isLeaf(member, type)) addMember(set, element);
    addBelow(set, element, ownedFields(member, type));
  }
  return set;
}

function ownedItems(value: JsonValue[], list: ListType): FieldSet {
  const items = new Map<PathElement, JsonValue | typeof TWICE>();
  for (const item of value) {
    const element = itemElement(list, item);
    items.set(element, items.has(element) ? TWICE : item);
  }
  const set = draft();
  for (const [element, item] of items) {
    addMember(set, element);
    if (item !== TWICE) addBelow(set, element, ownedFields(item, list.item));
  }
  return set;
}
const TWICE = Symbol('an item that occurs twice');

function isLeaf(value: JsonValue, type: MergeType): boolean {
  switch (handledAs(type, partOf(type, value))) {
    case 'map':
      return type.map!.atomic;
    case 'list':
      return type.list!.atomic;
    default:
      return true;
  }
}

function isNothing(value: JsonValue): boolean {
  if (value === null) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  for (const _ in value) return false;
  return true;
}

/** A3.8: the declared members on the way to other members become members themselves. */
export function withNamedParents(set: FieldSet, type: MergeType | undefined): FieldSet {
  if (!set.children) return set;
  const out = draft();
  let changed = false;
  for (const [element, child] of set.children) {
    const below = withNamedParents(child, typeBelow(type, element));
    changed ||= below !== child;
    addBelow(out, element, below);
    if (isDeclared(type, element) && set.members?.has(element) !== true) addMember(out, element);
  }
  if (!changed && !out.members) return set;
  if (set.members) for (const element of set.members) addMember(out, element);
  return out;
}

function isDeclared(type: MergeType | undefined, element: PathElement): boolean {
  return element[0] === 'f' && type?.map?.fields.has(element.slice(2)) === true;
}

function typeBelow(type: MergeType | undefined, element: PathElement): MergeType | undefined {
  if (element[0] === 'f') return type?.map && memberType(type.map, element.slice(2));
  return element[0] === 'k' ? type?.list?.item : undefined;
}

/**
 * A5.10: where the type has become atomic since the set was made, the paths below are replaced by the path itself.
 * `value` is the live object, which chooses the part of open types.
 */
export function reconcileWithType(set: FieldSet, value: JsonValue, type: MergeType): FieldSet {
  const change = { remove: draft(), add: draft() };
  reconcileBelow(set, value, type, change);
  return isEmpty(change.add) && isEmpty(change.remove) ? set : union(recursiveDifference(set, change.remove), change.add);
}

type Change = { remove: ReturnType<typeof draft>; add: ReturnType<typeof draft> };

function reconcileBelow(set: FieldSet, value: JsonValue | undefined, type: MergeType, change: Change): void {
  const part = handledAs(type, partOf(type, value));
  if (part === 'scalar') return;
  const typeOf = part === 'map' ? mapMemberType(type.map!) : listItemType(type.list!);
  if (!typeOf || !set.children) return;
  for (const [element, child] of set.children) {
    const below = typeOf(element);
    if (!below) continue;
    const member = memberValue(value, element);
    if (becameAtomic(member, below)) {
      addMember(change.remove, element);
      addMember(change.add, element);
      continue;
    }
    const inner = { remove: draft(), add: draft() };
    reconcileBelow(child, member, below, inner);
    addBelow(change.remove, element, inner.remove);
    addBelow(change.add, element, inner.add);
  }
}

/** Asked only of paths that have others below. */
function becameAtomic(value: JsonValue | undefined, type: MergeType): boolean {
  const part = handledAs(type, partOf(type, value));
  if (part === 'scalar') return false;
  return part === 'map' ? type.map!.atomic && !isDeducedMap(type.map!) : type.list!.atomic;
}

function mapMemberType(map: MapType): ((element: PathElement) => MergeType | undefined) | undefined {
  if (isDeducedMap(map)) return undefined;
  return (element) => (element[0] === 'f' ? memberType(map, element.slice(2)) : undefined);
}

function listItemType(list: ListType): (element: PathElement) => MergeType | undefined {
  return () => list.item;
}

function isDeducedMap(map: MapType): boolean {
  return map.element === DEDUCED && map.fields.size === 0;
}

/** Items are not looked up: their type has one part in every schema that can be written. */
function memberValue(value: JsonValue | undefined, element: PathElement): JsonValue | undefined {
  return element[0] === 'f' && isObject(value) ? own(value, element.slice(2)) : undefined;
}
