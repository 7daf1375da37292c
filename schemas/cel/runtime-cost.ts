import { List, MapValue, sizeOf, type Value } from './values.js';

/** What a call costs (B7.31): known before it from its arguments, or only from its result. */
export type CallCost =
  | { kind: 'fixed'; units: number }
  | { kind: 'before'; units: (args: readonly Value[]) => number }
  | { kind: 'after'; units: (args: readonly Value[], result: Value) => number };

export const SELECT_COST = 1;
export const LIST_COST = 10;
export const MAP_COST = 30;
export const STRUCT_COST = 40;
/** Reading a string costs a tenth of its length; a pattern counts as one state every four letters. */
export const TRAVERSAL_FACTOR = 0.1;
export const REGEX_FACTOR = 0.25;
/** What validating a named format is assumed to match against. */
export const FORMAT_PATTERN_LENGTH = 128;
export const AUTHORIZATION_CHECK_COST = 350_000;

const fixed = (units: number): CallCost => ({ kind: 'fixed', units });
const ONE = fixed(1);
const before = (units: (args: readonly Value[]) => number): CallCost => ({ kind: 'before', units });

const size = (args: readonly Value[], index: number): number => sizeOf(args[index]!);
const traversal = (length: number): number => Math.ceil(length * TRAVERSAL_FACTOR);
const reading = (factor = 1): CallCost => before((args) => Math.ceil(size(args, 0) * factor * TRAVERSAL_FACTOR));
const matching = before((args) => Math.ceil((1 + size(args, 0)) * TRAVERSAL_FACTOR) * Math.ceil(size(args, 1) * REGEX_FACTOR));
const smaller = before((args) => Math.ceil(Math.min(size(args, 0), size(args, 1)) * TRAVERSAL_FACTOR));
const selector = before((args) => 10 + traversal(size(args, 1)) + 50 * Math.floor(size(args, 1) / 2));
const scanning = before((args) => deepTraversal(args[0]!));
const containsCost = (again: boolean): CallCost =>
  before((args) => traversal(2 * size(args, 0)) + (again ? traversal(size(args, 0)) + 1 : 0) + parsed(args[1]!));
const parsed = (value: Value): number => (typeof value === 'string' ? traversal(sizeOf(value)) : 0);
const allocating = (units: (args: readonly Value[]) => number): CallCost => before((args) => Math.floor(units(args)) + 1 + LIST_COST);
const comparingAll = (index: number): CallCost =>
  allocating((args) => {
    const list = args[index]!;
    if (!(list instanceof List)) return 0;
    const text = list.size > 0 && (typeof list.get(0) === 'string' || list.get(0) instanceof Uint8Array);
    return (text ? 2.1 : 2) * list.size * list.size;
  });
const pairs = (factor: number): CallCost => before((args) => 1 + Math.floor(size(args, 0) * size(args, 1) * factor));

/** Visits a value whole: 1 per scalar, a tenth per byte of text. */
function deepTraversal(value: Value): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * TRAVERSAL_FACTOR);
  if (value instanceof Uint8Array) return Math.floor(value.length * TRAVERSAL_FACTOR);
  let total = 0;
  if (value instanceof List) for (let i = 0; i < value.size; i++) total += deepTraversal(value.get(i));
  else if (value instanceof MapValue) for (const key of value.keys()) total += deepTraversal(key) + deepTraversal(value.get(key)!);
  else return 1;
  return total;
}

const BY_FUNCTION: Record<string, CallCost> = {
  check: fixed(AUTHORIZATION_CHECK_COST),
  fieldSelector: selector,
  labelSelector: selector,
  isSorted: scanning,
  sum: scanning,
  max: scanning,
  min: scanning,
  indexOf: scanning,
  lastIndexOf: scanning,
  url: reading(),
  isURL: ONE,
  lowerAscii: reading(),
  upperAscii: reading(),
  substring: reading(),
  trim: reading(),
  replace: reading(2),
  split: reading(2),
  join: { kind: 'after', units: (_, result) => Math.ceil(sizeOf(result) * 2 * TRAVERSAL_FACTOR) },
  find: matching,
  findAll: matching,
  matches: matching,
  validate: before((args) => Math.ceil((1 + size(args, 1)) * TRAVERSAL_FACTOR) * Math.ceil(FORMAT_PATTERN_LENGTH * REGEX_FACTOR)),
  cidr: reading(),
  isIP: reading(),
  isCIDR: reading(),
  ip: before((args) => (typeof args[0] === 'string' ? traversal(size(args, 0)) : 1)),
  'ip.isCanonical': reading(2),
  containsIP: containsCost(false),
  containsCIDR: containsCost(true),
  quantity: reading(),
  isQuantity: reading(),
  semver: reading(),
  isSemver: reading(),
  slice: allocating((args) => Math.max(0, Number(args[2]) - Number(args[1]))),
  reverse: allocating((args) => size(args, 0)),
  'lists.range': allocating((args) => Math.max(0, Number(args[0]))),
  flatten: allocating((args) => size(args, 0) * (args[1] === undefined ? 1 : Number(args[1]))),
  distinct: comparingAll(0),
  sort: comparingAll(0),
  '@sortByAssociatedKeys': comparingAll(1),
  'sets.contains': pairs(1),
  'sets.intersects': pairs(1),
  'sets.equivalent': pairs(2),
  '_==_': smaller,
  '_!=_': smaller,
};

const BY_OVERLOAD: Record<string, CallCost> = {
  starts_with_string: reading(),
  ends_with_string: reading(),
  string_to_bytes: reading(),
  bytes_to_string: reading(),
  strings_quote: reading(),
  string_format: reading(),
  in_list: before((args) => size(args, 1)),
  add_string: before((args) => traversal(size(args, 0) + size(args, 1))),
  add_bytes: before((args) => traversal(size(args, 0) + size(args, 1))),
  contains_string: before((args) => traversal(size(args, 0)) * traversal(size(args, 1))),
};
for (const relation of ['less', 'less_equals', 'greater', 'greater_equals'])
  for (const type of ['string', 'bytes']) BY_OVERLOAD[`${relation}_${type}`] = smaller;

/** The cost of calling a function; `overload` is the only one its arguments allow, or undefined. */
export function callCost(name: string, overload: string | undefined): CallCost {
  if (Object.hasOwn(BY_FUNCTION, name)) return BY_FUNCTION[name]!;
  if (overload !== undefined && Object.hasOwn(BY_OVERLOAD, overload)) return BY_OVERLOAD[overload]!;
  return ONE;
}
