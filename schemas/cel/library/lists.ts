import { ITEM_EFFORT, spendEffort } from '../effort.js';
import type { Implementation, Library } from '../functions.js';
import { duration } from '../times.js';
import {
  ArrayList,
  CelError,
  costExceeded,
  compare,
  type Duration,
  Duration as DurationValue,
  equals,
  keyOf,
  List,
  noSuchOverload,
  Uint,
  type Value,
} from '../values.js';
import { int } from './integers.js';

/** A list longer than this cannot be had for any cost limit. */
const ITEMS_MAX = 5_000_000;
/** Comparing each item with each other costs 2n². */
const COMPARED_MAX = 10_000;

const ORDERED = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];

const list =
  (implementation: (items: List) => Value): Implementation =>
  (items) =>
    implementation(items as List);

function isSorted(items: List): Value {
  for (let i = 1; i < items.size; i++) {
    const order = compare(items.get(i - 1), items.get(i));
    if (order === undefined && typeof items.get(i) !== 'number') return noSuchOverload;
    if (order === 1) return false;
  }
  return true;
}

/** The first item no other is less than (−1) or greater than (1). */
function extreme(items: List, direction: 1 | -1, name: string): Value {
  if (items.size === 0) return new CelError(`${name} called on empty list`);
  let best = items.get(0);
  for (let i = 1; i < items.size; i++) {
    const order = compare(items.get(i), best);
    if (order === undefined && typeof best !== 'number') return noSuchOverload;
    if (order === direction) best = items.get(i);
  }
  return best;
}

const SUMS: Record<string, (items: List) => Value> = {
  int: (items) => accumulate(items, 0n, (sum, item) => int((sum as bigint) + (item as bigint))),
  uint: (items) => accumulate(items, new Uint(0n), (sum, item) => new Uint((sum as Uint).value + (item as Uint).value)),
  double: (items) => accumulate(items, 0, (sum, item) => (sum as number) + (item as number)),
  duration: (items) =>
    accumulate(items, new DurationValue(0n), (sum, item) => duration((sum as Duration).nanos + (item as Duration).nanos)),
};
function accumulate(items: List, start: Value, add: (sum: Value, item: Value) => Value): Value {
  let sum = start;
  for (let i = 0; i < items.size; i++) {
    sum = add(sum, items.get(i));
    if (sum instanceof CelError) return sum;
  }
  return sum;
}

/** The place of the first equal item in that direction, −1 if there is none. */
export function position(items: List, value: Value, from: number, step: 1 | -1): Value {
  for (let i = from; i >= 0 && i < items.size; i += step) if (equals(items.get(i), value) === true) return BigInt(i);
  return -1n;
}

function slice(items: List, start: number, end: number): Value {
  if (start < 0 || end < 0) return new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end) return new CelError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (items.size < end) return new CelError(`cannot slice(${start}, ${end}), list is length ${items.size}`);
  return new ArrayList(Array.from({ length: end - start }, (_, i) => items.get(start + i)));
}

function flatten(items: List, depth: number): Value {
  if (depth < 0) return new CelError('level must be non-negative');
  const out: Value[] = [];
  const visit = (inner: List, level: number): boolean => {
    spendEffort(inner.size * ITEM_EFFORT);
    for (let i = 0; i < inner.size; i++) {
      const item = inner.get(i);
      if (!(item instanceof List) || level === 0) out.push(item);
      else if (!visit(item, level - 1)) return false;
      if (out.length > ITEMS_MAX) return false;
    }
    return true;
  };
  return visit(items, depth) ? new ArrayList(out) : costExceeded;
}

/** Equal items once, in the order of their first occurrence. */
function distinct(items: List): Value {
  const seen = new Set<string>();
  const out: Value[] = [];
  for (let i = 0; i < items.size; i++) {
    const item = items.get(i);
    const key = keyOf(item);
    if (key !== undefined ? seen.has(key) : out.some((other) => equals(item, other) === true)) continue;
    if (key !== undefined) seen.add(key);
    else if (out.length > COMPARED_MAX) return costExceeded;
    out.push(item);
  }
  return new ArrayList(out);
}

function range(count: number): Value {
  if (count > ITEMS_MAX) return costExceeded;
  return new ArrayList(Array.from({ length: Math.max(0, count) }, (_, i) => BigInt(i)));
}

/** Sorts items by keys of one comparable type. */
function sortBy(items: List, keys: List): Value {
  if (items.size !== keys.size)
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${items.size} and ${keys.size} elements respectively`,
    );
  const pairs = Array.from({ length: items.size }, (_, i) => ({ item: items.get(i), key: keys.get(i) }));
  let failure: CelError | undefined;
  for (const { key } of pairs) {
    if (key instanceof CelError) return key;
    if (compare(key, key) === undefined && typeof key !== 'number') failure ??= new CelError('list elements must be comparable');
    else if (typeof key !== typeof pairs[0]!.key) failure ??= new CelError('list elements must have the same type');
  }
  return failure ?? new ArrayList(pairs.sort((a, b) => compare(a.key, b.key) ?? 0).map(({ item }) => item));
}

function perType(prefix: string, types: readonly string[], signature: (type: string) => string, apply: Implementation): Library[string] {
  return types.map((type) => [`list_${type}_${prefix}`, signature(type), apply] as const);
}

/** `list.min()` and friends of Kubernetes, and cel-go's lists, version 3 (B7.22). */
export const lists: Library = {
  isSorted: perType('is_sorted_bool', ORDERED, (type) => `list(${type}).() -> bool`, list(isSorted)),
  sum: Object.entries(SUMS).map(([type, sum]) => [`list_${type}_sum_${type}`, `list(${type}).() -> ${type}`, list(sum)] as const),
  min: perType(
    'min',
    ORDERED,
    (type) => `list(${type}).() -> ${type}`,
    list((items) => extreme(items, -1, 'min')),
  ),
  max: perType(
    'max',
    ORDERED,
    (type) => `list(${type}).() -> ${type}`,
    list((items) => extreme(items, 1, 'max')),
  ),
  indexOf: [['list_a_index_of_int', 'list(A).(A) -> int', (items, value) => position(items as List, value!, 0, 1)]],
  lastIndexOf: [
    ['list_a_last_index_of_int', 'list(A).(A) -> int', (items, value) => position(items as List, value!, (items as List).size - 1, -1)],
  ],
  slice: [['list_slice', 'list(T).(int, int) -> list(T)', (items, start, end) => slice(items as List, Number(start), Number(end))]],
  flatten: [
    ['list_flatten', 'list(list(T)).() -> list(T)', (items) => flatten(items as List, 1)],
    ['list_flatten_int', 'list(dyn).(int) -> list(dyn)', (items, depth) => flatten(items as List, Number(depth))],
  ],
  distinct: [['list_distinct', 'list(T).() -> list(T)', list(distinct)]],
  reverse: [['list_reverse', 'list(T).() -> list(T)', list((items) => new ArrayList([...items.toArray()].reverse()))]],
  'lists.range': [['lists_range', '(int) -> list(int)', (count) => range(Number(count))]],
  sort: perType(
    'sort',
    ORDERED,
    (type) => `list(${type}).() -> list(${type})`,
    list((items) => sortBy(items, items)),
  ),
  '@sortByAssociatedKeys': perType(
    'sortByAssociatedKeys',
    ORDERED,
    (type) => `list(T).(list(${type})) -> list(T)`,
    (items, keys) => sortBy(items as List, keys as List),
  ),
};
