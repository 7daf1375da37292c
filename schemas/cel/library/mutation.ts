import { goQuote } from '../../field-errors.js';
import type { Library } from '../functions.js';
import { type CelType, DYN, STRING, struct, UNSPECIFIED } from '../types.js';
import { List, MapValue, Struct, type Value } from '../values.js';

/** One operation of a JSON patch: `JSONPatch{op: 'add', path: '/a', value: 1}` (C5.2). */
const JSON_PATCH: CelType = {
  ...struct(
    'JSONPatch',
    new Map([
      ['op', STRING],
      ['path', STRING],
      ['from', STRING],
      ['value', DYN],
    ]),
  ),
  // The type of a field that does not exist has no name: the error text says ''.
  undeclaredField: UNSPECIFIED,
};

/** The types mutations may initialise: `JSONPatch`, `Object` and, below it, `Object.spec.template` … (C5.1). */
export function mutationType(name: string): CelType | undefined {
  if (name === 'JSONPatch') return JSON_PATCH;
  return name === 'Object' || name.startsWith('Object.') ? struct(name) : undefined;
}

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

export const jsonPatches: Library = {
  'jsonpatch.escapeKey': [['string_jsonpatch_escapeKey_string', '(string) -> string', (key) => escapeKey(key as string)]],
};

/** `Object.spec{…}` must be the value of `spec` of `Object{…}`: the names that are not, one message each. */
export function misnamedTypes(value: Value, expected: string): string[] {
  if (value instanceof List) return value.toArray().flatMap((item) => misnamedTypes(item, expected));
  if (value instanceof MapValue) return value.keys().flatMap((key) => misnamedTypes(value.get(key)!, expected));
  if (!(value instanceof Struct)) return [];
  const inner = [...value.fields].flatMap(([name, field]) => misnamedTypes(field, `${expected}.${name}`));
  if (value.type === expected) return inner;
  const names = `unexpected type name ${goQuote(value.type)}, expected ${goQuote(expected)}`;
  return [`${names}, which matches field name path from root Object type`, ...inner];
}
