/**
 * Empty lists and maps that a body says where an absent one means the same to whoever reads it: objects are kept without them (R3.27a),
 * but Kubernetes' memory of a request has them, which shows in the texts of findings and in who owns what.
 */
import { memberType, type MergeType } from './apply/merge-type.js';
import type { JsonObject, JsonValue } from './json-value.js';

export interface Empty {
  path: readonly (string | number)[];
  isList: boolean;
}

/** The object with them, where their place is still there; a copy as far as it differs, itself where nothing does. */
export function withEmpties(object: JsonObject, empties: readonly Empty[]): JsonObject {
  return empties.reduce((whole, { path, isList }) => put(whole, path, 0, isList ? [] : {}) as JsonObject, object);
}

function put(place: JsonValue | undefined, path: Empty['path'], depth: number, empty: JsonValue): JsonValue | undefined {
  if (depth === path.length) return place ?? empty;
  if (typeof place !== 'object' || place === null) return place;
  const step = path[depth]!;
  const before = (place as JsonObject)[step];
  const after = put(before, path, depth + 1, empty);
  if (after === before || after === undefined) return place;
  const copy = Array.isArray(place) ? [...place] : { ...place };
  (copy as JsonObject)[step] = after;
  return copy;
}

/** Those within lists that are owned as a whole: there Kubernetes compares memory, so that they are changes. */
export function inWholeLists(empties: readonly Empty[], type: MergeType): Empty[] {
  return empties.filter(({ path }) => isInWholeList(path, type));
}

function isInWholeList(path: Empty['path'], root: MergeType): boolean {
  let type: MergeType | undefined = root;
  let isWhole = false;
  for (const step of path) {
    if (typeof step === 'number') {
      if (isWhole || type?.list?.atomic) return true;
      type = type?.list?.item;
    } else {
      isWhole ||= type?.map?.atomic ?? false;
      type = type?.map && memberType(type.map, step);
    }
  }
  return false;
}
