import { clone, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { additionalOf, defaultedOf, has, isForbiddenNull, itemsOf, propertyOf, type Structural } from './structural.js';

/** B5.6, in place: absent members and nulls that are not taken get their default; then the members that exist, at every depth. */
export function fillDefaults(node: Structural, value: JsonValue): void {
  if (!has(node, 'defaults')) return;
  if (Array.isArray(value)) fillItems(node, value);
  else if (isObject(value)) fillMembers(node, value);
}

function fillMembers(node: Structural, object: JsonObject): void {
  for (const [name, property] of defaultedOf(node)) {
    if (!Object.hasOwn(object, name) || isForbiddenNull(object[name], property)) object[name] = clone(property.default!);
  }
  const additional = additionalOf(node);
  for (const name in object) {
    const property = propertyOf(node, name);
    if (property !== undefined) fillDefaults(property, object[name]!);
    else if (additional !== undefined) {
      if (isForbiddenNull(object[name], additional) && additional.default !== undefined) object[name] = clone(additional.default);
      fillDefaults(additional, object[name]!);
    }
  }
}

function fillItems(node: Structural, list: JsonValue[]): void {
  const items = itemsOf(node);
  if (items === undefined) return;
  for (let i = 0; i < list.length; i++) {
    if (isForbiddenNull(list[i], items) && items.default !== undefined) list[i] = clone(items.default);
    fillDefaults(items, list[i]!);
  }
}
