import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { additionalOf, isForbiddenNull, itemsOf, propertyOf, type Structural } from './structural.js';

/** Members that every resource has, declared or not (B5.4). */
export const RESOURCE_MEMBERS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Drops, in place, what the schema does not know (B5.4), and the nulls that it does not take (B5.3 step 3).
 * `path` is where the object stands (`''` at the root); the paths of unknown members are appended to `unknown` in no order.
 */
export function prune(node: Structural, object: JsonObject, isResource: boolean, path: string, unknown: string[]): void {
  pruneObject(node, object, isResource || node.embedded, node.preserve, path, unknown);
}

const at = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** `preserve`: of the node, or of the list that it is the items of. */
function pruneObject(node: Structural, object: JsonObject, isResource: boolean, preserve: boolean, path: string, unknown: string[]): void {
  for (const name in object) {
    if (isResource && RESOURCE_MEMBERS.has(name)) continue;
    const value = object[name]!;
    const property = propertyOf(node, name);
    const child = property ?? additionalOf(node);
    if (child !== undefined) {
      if (isForbiddenNull(value, child) && child.default === undefined) delete object[name];
      else if (typeof value === 'object' && value !== null) pruneValue(child, value, child.preserve, at(path, name), unknown);
    } else if (node.open) {
      pruneUndescribed(value, at(path, name), unknown);
    } else if (!preserve) {
      unknown.push(at(path, name));
      delete object[name];
    }
  }
}

function pruneValue(node: Structural, value: JsonValue, preserve: boolean, path: string, unknown: string[]): void {
  if (isObject(value)) pruneObject(node, value, node.embedded, preserve, path, unknown);
  else if (Array.isArray(value)) pruneItems(node, value, preserve, path, unknown);
}

/** A list that preserves does so for its items, too. */
function pruneItems(node: Structural, value: JsonValue[], preserve: boolean, path: string, unknown: string[]): void {
  const items = itemsOf(node);
  if (items !== undefined) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i]!;
      if (typeof item === 'object' && item !== null) pruneValue(items, item, preserve || items.preserve, `${path}[${i}]`, unknown);
    }
  } else if (!preserve) pruneUndescribed(value, path, unknown);
}

/** Values below `additionalProperties: true`: scalars stay, the members of objects go. */
function pruneUndescribed(value: JsonValue, path: string, unknown: string[]): void {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) pruneUndescribed(value[i]!, `${path}[${i}]`, unknown);
  } else if (isObject(value)) {
    for (const name in value) {
      unknown.push(at(path, name));
      delete value[name];
    }
  }
}
