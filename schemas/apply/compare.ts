/** What differs between two values of a type (A5.5). */
import { equal, isObject, type JsonObject, type JsonValue, own } from '../json-value.js';
import { addBelow, addMember, draft, type FieldSet, type FieldSetDraft, isEmpty, recursiveDifference } from './field-set.js';
import { itemElement } from './list-item.js';
import { DEDUCED, handledAs, type ListType, type MapType, memberType, type MergeType, type Part, partOf } from './merge-type.js';
import { fieldElement, type PathElement } from './path.js';

export interface Comparison {
  removed: FieldSet;
  modified: FieldSet;
  added: FieldSet;
}
interface ComparisonDraft {
  removed: FieldSetDraft;
  modified: FieldSetDraft;
  added: FieldSetDraft;
}

/** A value owned as a whole, compared as one. */
const LEAF = Symbol('leaf');

/** Both objects must conform to the type. */
export function compare(before: JsonObject, after: JsonObject, type: MergeType): Comparison {
  if (before === after) return comparisonDraft();
  const below = differencesBelow(before, after, type, partOf(type, after));
  return below === LEAF ? comparisonDraft() : below;
}

/** A3.9: the comparison without what `fields` covers. */
export function withoutFields(comparison: Comparison, fields: FieldSet | undefined): Comparison {
  if (!fields || isEmpty(fields)) return comparison;
  return {
    removed: recursiveDifference(comparison.removed, fields),
    modified: recursiveDifference(comparison.modified, fields),
    added: recursiveDifference(comparison.added, fields),
  };
}

function comparisonDraft(): ComparisonDraft {
  return { removed: draft(), modified: draft(), added: draft() };
}

/** Compares what is at `element`; undefined is absence. At least one side is there. */
function compareAt(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  type: MergeType,
  element: PathElement,
  into: ComparisonDraft,
): void {
  if (before === after) return;
  const beforePart = partOf(type, before);
  const afterPart = partOf(type, after);
  const record = (part: Part): boolean => {
    const below = differencesBelow(before, after, type, part);
    if (below === LEAF) markLeaf(before, after, element, into);
    else attach(below, element, into);
    return below === LEAF;
  };
  // Of two different JSON types each is compared with nothing of its own kind.
  if (before !== undefined && after !== undefined && beforePart !== afterPart) record(beforePart);
  const leaf = record(after === undefined ? beforePart : afterPart);
  if (leaf) return;
  if (before === undefined) addMember(into.added, element);
  else if (after === undefined) addMember(into.removed, element);
}

function markLeaf(before: JsonValue | undefined, after: JsonValue | undefined, element: PathElement, into: ComparisonDraft): void {
  if (before === undefined) addMember(into.added, element);
  else if (after === undefined) addMember(into.removed, element);
  else if (!equal(before, after)) addMember(into.modified, element);
}

function attach(below: ComparisonDraft, element: PathElement, into: ComparisonDraft): void {
  addBelow(into.removed, element, below.removed);
  addBelow(into.modified, element, below.modified);
  addBelow(into.added, element, below.added);
}

function differencesBelow(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  type: MergeType,
  part: Part,
): ComparisonDraft | typeof LEAF {
  switch (handledAs(type, part)) {
    case 'map': {
      const [a, b] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
      if (type.map!.atomic || (isEmptyObject(a) && isEmptyObject(b))) return LEAF;
      return memberDifferences(a, b, type.map!);
    }
    case 'list': {
      const [a, b] = [Array.isArray(before) ? before : [], Array.isArray(after) ? after : []];
      if (type.list!.atomic || (a.length === 0 && b.length === 0)) return LEAF;
      return itemDifferences(a, b, type.list!);
    }
    default:
      return LEAF;
  }
}

function isEmptyObject(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}

function memberDifferences(before: JsonObject, after: JsonObject, map: MapType): ComparisonDraft {
  const into = comparisonDraft();
  for (const name of Object.keys(before)) {
    compareAt(before[name], own(after, name), memberType(map, name) ?? DEDUCED, fieldElement(name), into);
  }
  for (const name of Object.keys(after)) {
    if (!Object.hasOwn(before, name)) compareAt(undefined, after[name], memberType(map, name) ?? DEDUCED, fieldElement(name), into);
  }
  return into;
}

function itemDifferences(before: JsonValue[], after: JsonValue[], list: ListType): ComparisonDraft {
  const into = comparisonDraft();
  const beforeItems = byElement(before, list);
  const afterItems = byElement(after, list);
  for (const [element, items] of beforeItems) compareItems(items, afterItems.get(element) ?? NONE, list, element, into);
  for (const [element, items] of afterItems) if (!beforeItems.has(element)) compareItems(NONE, items, list, element, into);
  return into;
}
const NONE: readonly JsonValue[] = [];

function byElement(items: JsonValue[], list: ListType): Map<PathElement, JsonValue[]> {
  const byElement = new Map<PathElement, JsonValue[]>();
  for (const item of items) {
    const element = itemElement(list, item);
    const same = byElement.get(element);
    if (same) same.push(item);
    else byElement.set(element, [item]);
  }
  return byElement;
}

/** The items of one element: usually one a side, but stored objects may hold duplicates, which count as one whole. */
function compareItems(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  list: ListType,
  element: PathElement,
  into: ComparisonDraft,
): void {
  if (before.length <= 1 && after.length <= 1) {
    compareAt(before[0], after[0], list.item, element, into);
  } else if (before.length >= 2 && after.length >= 2) {
    if (!equal([...before], [...after])) addMember(into.modified, element);
  } else if (before.length >= 2) {
    if (after.length > 0) compareAt(undefined, after[0], list.item, element, into);
    addMember(into.removed, element);
  } else {
    if (before.length > 0) compareAt(before[0], undefined, list.item, element, into);
    addMember(into.added, element);
  }
}
