/** JSON values in the words of Go's formatting, for error texts. */
import { goQuote } from '../field-errors.js';
import type { JsonValue } from '../json-value.js';
import { isInteger } from '../structural/numbers.js';
import { goNumber } from '../printing/go-value.js';
import { sortedEntries } from './path.js';

/** `%v`: `map[a:1 b:[x y]]`. */
export function goValue(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object')
    return `map[${sortedEntries(value)
      .map(([name, member]) => `${name}:${goValue(member)}`)
      .join(' ')}]`;
  return goScalar(value);
}

/** `%#v`: `map[string]interface {}{"a":1}`. */
export function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object')
    return `map[string]interface {}{${sortedEntries(value)
      .map(([name, member]) => `${goQuote(name)}:${goSyntax(member)}`)
      .join(', ')}}`;
  return goScalar(value);
}

/** `%T` */
export function goType(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'object':
      return 'map[string]interface {}';
    default:
      return isInteger(value) ? 'int64' : 'float64';
  }
}

function goScalar(value: number | bigint | boolean): string {
  return typeof value === 'boolean' ? String(value) : goNumber(value);
}
