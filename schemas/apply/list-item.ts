/** Which item of an associative list a value is (A5.2). */
import { goQuote } from '../field-errors.js';
import type { JsonValue } from '../json-value.js';
import type { ListType } from './merge-type.js';
import { elementText, type PathElement, valueElement } from './path.js';

/** A value that can be no item of its list; the message lacks the `element <i>: ` before it. */
export class ListItemError extends Error {}

/** Throws `ListItemError`. */
export function itemElement(list: ListType, item: JsonValue): PathElement {
  return list.keys.length > 0 ? keyedElement(list, item) : setElement(item);
}

function keyedElement(list: ListType, item: JsonValue): PathElement {
  if (item === null) throw new ListItemError('associative list with keys may not have a null element');
  if (typeof item !== 'object' || Array.isArray(item)) {
    throw new ListItemError('associative list with keys may not have non-map elements');
  }
  let text = '';
  for (const key of list.sortedKeys) {
    const value = Object.hasOwn(item, key.name) ? item[key.name]! : key.default;
    if (value !== undefined) text += `${text === '' ? '' : ','}${key.prefix}${elementText(value)}`;
  }
  if (text === '') {
    const keys = list.keys.map(goQuote).join(' ');
    throw new ListItemError(
      `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`,
    );
  }
  return `k:{${text}}`;
}

function setElement(item: JsonValue): PathElement {
  if (item === null) throw new ListItemError("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new ListItemError('not supported: associative list with lists as elements');
  if (typeof item === 'object') throw new ListItemError("associative list without keys has an element that's a map type");
  return valueElement(item);
}
