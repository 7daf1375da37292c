import type { Implementation, Library } from '../functions.js';
import { ArrayList, CelError, isZero, type List, NONE, noSuchOverload, Optional, type Value } from '../values.js';

const list =
  (implementation: (items: List) => Value): Implementation =>
  (items) =>
    implementation(items as List);

const present = (value: Value | undefined): Value => (value === undefined ? NONE : new Optional(value));

function unwrap(items: List): Value {
  const values: Value[] = [];
  for (const item of items.toArray()) {
    if (!(item instanceof Optional)) return new CelError(`value ${String(item)} is not optional`);
    if (item.value !== undefined) values.push(item.value);
  }
  return new ArrayList(values);
}

const handledElsewhere: Implementation = () => noSuchOverload;

/** Optional values (B7.29). */
export const optionals: Library = {
  'optional.of': [['optional_of', '(V) -> optional(V)', (value) => new Optional(value)]],
  'optional.ofNonZeroValue': [['optional_ofNonZeroValue', '(V) -> optional(V)', (value) => (isZero(value!) ? NONE : new Optional(value))]],
  'optional.none': [['optional_none', '() -> optional(V)', () => NONE]],
  value: [['optional_value', 'optional(V).() -> V', (optional) => (optional as Optional).value ?? noValue(optional as Optional)]],
  hasValue: [['optional_hasValue', 'optional(V).() -> bool', (optional) => (optional as Optional).value !== undefined]],
  or: [['optional_or_optional', 'optional(V).(optional(V)) -> optional(V)', handledElsewhere]],
  orValue: [['optional_orValue_value', 'optional(V).(V) -> V', handledElsewhere]],
  '_?._': [['select_optional_field', '(dyn, string) -> optional(V)', handledElsewhere]],
  '_[?_]': [
    ['list_optindex_optional_int', '(list(V), int) -> optional(V)', handledElsewhere],
    ['optional_list_optindex_optional_int', '(optional(list(V)), int) -> optional(V)', handledElsewhere],
    ['map_optindex_optional_value', '(map(K, V), K) -> optional(V)', handledElsewhere],
    ['optional_map_optindex_optional_value', '(optional(map(K, V)), K) -> optional(V)', handledElsewhere],
  ],
  first: [['list_first', 'list(V).() -> optional(V)', list((items) => (items.size === 0 ? NONE : present(items.get(0))))]],
  last: [['list_last', 'list(V).() -> optional(V)', list((items) => (items.size === 0 ? NONE : present(items.get(items.size - 1))))]],
  'optional.unwrap': [['optional_unwrap', '(list(optional(V))) -> list(V)', list(unwrap)]],
  unwrapOpt: [['optional_unwrapOpt', 'list(optional(V)).() -> list(V)', list(unwrap)]],
};
function noValue(optional: Optional): Value {
  return optional.value === null ? null : new CelError('optional.none() dereference');
}
