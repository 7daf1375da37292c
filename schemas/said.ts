/**
 * What a body says otherwise than objects are kept (R3.27a): empty lists and maps where an absent one means the same, and quantities
 * (`1024Mi` for `1Gi`). Kubernetes' memory of a request has them, which shows in the texts of findings and in who owns what.
 */
import { memberType, type MergeType } from './apply/merge-type.js';
import type { JsonObject, JsonValue } from './json-value.js';

export interface Said {
  path: readonly (string | number)[];
  /** An empty list or map, or the text of a quantity, `''` where there was none. */
  value: [] | Record<string, never> | string;
}

/** The object as it was said, where the place of that is still there; a copy as far as it differs, itself where nothing does. */
export function asSaid(object: JsonObject, said: readonly Said[]): JsonObject {
  return said.reduce((whole, { path, value }) => put(whole, path, 0, value) as JsonObject, object);
}

function put(place: JsonValue | undefined, path: Said['path'], depth: number, value: Said['value']): JsonValue | undefined {
  if (depth === path.length) return typeof value === 'string' ? value : (place ?? value);
  if (typeof place !== 'object' || place === null) return place;
  const step = path[depth]!;
  const before = (place as JsonObject)[step];
  const after = put(before, path, depth + 1, value);
  if (after === before || after === undefined) return place;
  const copy = Array.isArray(place) ? [...place] : { ...place };
  (copy as JsonObject)[step] = after;
  return copy;
}

/** Texts of findings show quantities as they are kept. */
export const emptiesOf = (said: readonly Said[]): Said[] => said.filter(({ value }) => typeof value !== 'string');

/** What is said within lists that are owned as a whole: there Kubernetes compares memory, so that it is a change. */
export function inWholeLists(said: readonly Said[], type: MergeType): Said[] {
  return said.filter(({ path }) => isInWholeList(path, type));
}

function isInWholeList(path: Said['path'], root: MergeType): boolean {
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
