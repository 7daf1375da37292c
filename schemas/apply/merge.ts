/** Merging an applied configuration into the live object (A5.7, R5.71). */
import { equal, isObject, type JsonObject, type JsonValue, own } from '../json-value.js';
import { itemElement } from './list-item.js';
import { DEDUCED, handledAs, type ListType, type MapType, memberType, type MergeType, partOf } from './merge-type.js';
import type { PathElement } from './path.js';

/** Neither argument is changed; what stays as it is in `live` is shared with it. Both must conform to the type. */
export function merge(live: JsonValue, config: JsonValue, type: MergeType): JsonValue {
  switch (handledAs(type, partOf(type, config))) {
    case 'map':
      if (type.map!.atomic || !isFilledObject(live)) break;
      return isFilledObject(config) ? mergeMembers(live, config, type.map!) : live;
    case 'list':
      if (type.list!.atomic || !isFilledList(live)) break;
      return isFilledList(config) ? mergeItems(live, config, type.list!) : live;
    default:
  }
  return equal(live, config) ? live : config;
}

function isFilledObject(value: JsonValue): value is JsonObject {
  if (!isObject(value)) return false;
  for (const _ in value) return true;
  return false;
}
function isFilledList(value: JsonValue): value is JsonValue[] {
  return Array.isArray(value) && value.length > 0;
}

function mergeMembers(live: JsonObject, config: JsonObject, map: MapType): JsonObject {
  let merged = live;
  for (const name of Object.keys(config)) {
    const present = own(live, name);
    const value = present === undefined ? config[name]! : merge(present, config[name]!, memberType(map, name) ?? DEDUCED);
    if (value === present) continue;
    if (merged === live) merged = { ...live };
    merged[name] = value;
  }
  return merged;
}

/**
 * Items that both have stand in the order of `config`, live ones keep their place among their live neighbours:
 *
 *     live [a b c d], config [d x b]  →  [a c d x b]
 */
function mergeItems(live: JsonValue[], config: JsonValue[], list: ListType): JsonValue[] {
  const liveElements = live.map((item) => itemElement(list, item));
  const configElements = config.map((item) => itemElement(list, item));
  const liveItems = new Map<PathElement, JsonValue>();
  // A duplicated live item is merged against nothing.
  for (const [i, element] of liveElements.entries()) liveItems.set(element, liveItems.has(element) ? null : live[i]!);
  const configItems = new Set(configElements);
  const shared = configElements.filter((element) => liveItems.has(element));
  const done = new Set<PathElement>();
  const merged: JsonValue[] = [];
  let nextShared = 0;
  let l = 0;
  let r = 0;
  const takeConfig = (element: PathElement): void => {
    const present = liveItems.get(element);
    merged.push(present === undefined ? config[r]! : merge(present, config[r]!, list.item));
    done.add(element);
    r++;
  };
  while (l < live.length || r < config.length) {
    if (l < live.length && r < config.length) {
      const element = liveElements[l]!;
      if (element === configElements[r]) {
        takeConfig(element);
        l++;
        nextShared++;
        continue;
      }
      if (configItems.has(element) && nextShared < shared.length && shared[nextShared] !== element) {
        l++;
        continue;
      }
    }
    if (l < live.length) {
      const element = liveElements[l]!;
      if (!configItems.has(element)) {
        merged.push(live[l]!);
        l++;
        continue;
      }
      if (done.has(element)) l++;
    }
    if (r < config.length) {
      const element = configElements[r]!;
      takeConfig(element);
      if (shared[nextShared] === element) nextShared++;
    }
  }
  return merged.length === live.length && merged.every((item, i) => item === live[i]) ? live : merged;
}
