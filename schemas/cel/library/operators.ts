import type { Implementation, Library } from '../functions.js';
import { duration, timestamp } from '../times.js';
import { int, uint } from './integers.js';
import {
  ArrayList,
  CelError,
  compare,
  type Duration,
  equals,
  GrowingList,
  List,
  type MapValue,
  memberKey,
  type Timestamp,
  Uint,
  type Value,
} from '../values.js';

const ints =
  (apply: (a: bigint, b: bigint) => bigint): Implementation =>
  (a, b) =>
    int(apply(a as bigint, b as bigint));
const uints =
  (apply: (a: bigint, b: bigint) => bigint): Implementation =>
  (a, b) =>
    uint(apply((a as Uint).value, (b as Uint).value));
const doubles =
  (apply: (a: number, b: number) => number): Implementation =>
  (a, b) =>
    apply(a as number, b as number);
/** Division and modulus: refused by zero. */
const dividing =
  (message: string, apply: Implementation): Implementation =>
  (a, b) =>
    (b instanceof Uint ? b.value : b) === 0n ? new CelError(message) : apply(a, b);

const divided = 'division by zero';
const modulus = 'modulus by zero';
const nanos = (value: Value): bigint => (value as Timestamp | Duration).nanos;
const later = (time: Value, by: bigint): Value => timestamp(nanos(time) + by, (time as Timestamp).offset);

/** Lists are joined without copying; sets and map lists merge (B7.6). */
function concat(a: List, b: List): Value {
  if (a instanceof GrowingList) return a.append(b);
  if (a.identity) return merge(a, b);
  if (a.size === 0) return b;
  return b.size === 0 ? a : new ConcatList(a, b);
}

class ConcatList extends List {
  readonly size: number;
  constructor(
    private readonly first: List,
    private readonly second: List,
  ) {
    super();
    this.size = first.size + second.size;
  }
  get(index: number): Value {
    let list: List = this;
    let at = index;
    while (list instanceof ConcatList) {
      if (at < list.first.size) list = list.first;
      else {
        at -= list.first.size;
        list = list.second;
      }
    }
    return list.get(at);
  }
}

/** Items of `b` replace those of `a` with the same key, in place; the others follow. */
function merge(a: List, b: List): Value {
  const identity = a.identity!;
  const merged = new Map<string, Value>();
  for (const list of [a, b]) for (let i = 0; i < list.size; i++) merged.set(memberKey(identity, list.get(i)), list.get(i));
  return new IdentityList([...merged.values()], identity);
}

class IdentityList extends ArrayList {
  constructor(
    items: readonly Value[],
    override readonly identity: NonNullable<List['identity']>,
  ) {
    super(items);
  }
}

function contains(list: List, value: Value): Value {
  let failure: CelError | undefined;
  for (let i = 0; i < list.size; i++) {
    const same = equals(list.get(i), value);
    if (same === true) return true;
    if (same instanceof CelError) failure ??= same;
  }
  return failure ?? false;
}

const ordered =
  (holds: (order: number) => boolean): Implementation =>
  (a, b) => {
    const order = compare(a, b);
    return order !== undefined && holds(order);
  };

const ORDERED_TYPES = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
const ORDERED_IDS: Record<string, string> = { int: 'int64', uint: 'uint64' };
const MIXED = ['int', 'uint', 'double'].flatMap((a) => ['int', 'uint', 'double'].filter((b) => b !== a).map((b) => [a, b] as const));

/** All overloads of one relation: `less_int64`, `less_int64_double` … */
function relation(prefix: string, holds: (order: number) => boolean): Library[string] {
  const name = (type: string): string => ORDERED_IDS[type] ?? type;
  return [
    ...ORDERED_TYPES.map((type) => [`${prefix}_${name(type)}`, `(${type}, ${type}) -> bool`, ordered(holds)] as const),
    ...MIXED.map(([a, b]) => [`${prefix}_${name(a)}_${name(b)}`, `(${a}, ${b}) -> bool`, ordered(holds)] as const),
  ];
}

const unreachable: Implementation = () => new CelError('no such overload');

/** `_+_`, `_<_`, `_[_]`, `@in` …; those without an implementation are the planner's. */
export const operators: Library = {
  '_?_:_': [['conditional', '(bool, A, A) -> A', unreachable]],
  '_&&_': [['logical_and', '(bool, bool) -> bool', unreachable]],
  '_||_': [['logical_or', '(bool, bool) -> bool', unreachable]],
  '!_': [['logical_not', '(bool) -> bool', (a) => !a]],
  '@not_strictly_false': [['not_strictly_false', '(bool) -> bool', unreachable]],
  '_==_': [['equals', '(A, A) -> bool', unreachable]],
  '_!=_': [['not_equals', '(A, A) -> bool', unreachable]],
  '_<_': relation('less', (order) => order < 0),
  '_<=_': relation('less_equals', (order) => order <= 0),
  '_>_': relation('greater', (order) => order > 0),
  '_>=_': relation('greater_equals', (order) => order >= 0),
  '_+_': [
    ['add_bytes', '(bytes, bytes) -> bytes', (a, b) => new Uint8Array(Buffer.concat([a as Uint8Array, b as Uint8Array]))],
    ['add_double', '(double, double) -> double', doubles((a, b) => a + b)],
    ['add_duration_duration', '(duration, duration) -> duration', (a, b) => duration(nanos(a) + nanos(b))],
    ['add_duration_timestamp', '(duration, timestamp) -> timestamp', (a, b) => later(b, nanos(a))],
    ['add_timestamp_duration', '(timestamp, duration) -> timestamp', (a, b) => later(a, nanos(b))],
    ['add_int64', '(int, int) -> int', ints((a, b) => a + b)],
    ['add_list', '(list(A), list(A)) -> list(A)', (a, b) => concat(a as List, b as List)],
    ['add_string', '(string, string) -> string', (a, b) => (a as string) + (b as string)],
    ['add_uint64', '(uint, uint) -> uint', uints((a, b) => a + b)],
  ],
  '_-_': [
    ['subtract_double', '(double, double) -> double', doubles((a, b) => a - b)],
    ['subtract_duration_duration', '(duration, duration) -> duration', (a, b) => duration(nanos(a) - nanos(b))],
    ['subtract_int64', '(int, int) -> int', ints((a, b) => a - b)],
    ['subtract_timestamp_duration', '(timestamp, duration) -> timestamp', (a, b) => later(a, -nanos(b))],
    ['subtract_timestamp_timestamp', '(timestamp, timestamp) -> duration', (a, b) => duration(nanos(a) - nanos(b))],
    ['subtract_uint64', '(uint, uint) -> uint', uints((a, b) => a - b)],
  ],
  '_*_': [
    ['multiply_double', '(double, double) -> double', doubles((a, b) => a * b)],
    ['multiply_int64', '(int, int) -> int', ints((a, b) => a * b)],
    ['multiply_uint64', '(uint, uint) -> uint', uints((a, b) => a * b)],
  ],
  '_/_': [
    ['divide_double', '(double, double) -> double', doubles((a, b) => a / b)],
    [
      'divide_int64',
      '(int, int) -> int',
      dividing(
        divided,
        ints((a, b) => a / b),
      ),
    ],
    [
      'divide_uint64',
      '(uint, uint) -> uint',
      dividing(
        divided,
        uints((a, b) => a / b),
      ),
    ],
  ],
  '_%_': [
    [
      'modulo_int64',
      '(int, int) -> int',
      dividing(
        modulus,
        ints((a, b) => a % b),
      ),
    ],
    [
      'modulo_uint64',
      '(uint, uint) -> uint',
      dividing(
        modulus,
        uints((a, b) => a % b),
      ),
    ],
  ],
  '-_': [
    ['negate_int64', '(int) -> int', (a) => int(-(a as bigint))],
    ['negate_double', '(double) -> double', (a) => -(a as number)],
  ],
  '_[_]': [
    ['index_list', '(list(A), int) -> A', unreachable],
    ['index_map', '(map(A, B), A) -> B', unreachable],
    ['optional_list_index_int', '(optional(list(V)), int) -> optional(V)', unreachable],
    ['optional_map_index_value', '(optional(map(K, V)), K) -> optional(V)', unreachable],
  ],
  '@in': [
    ['in_list', '(A, list(A)) -> bool', (value, list) => contains(list as List, value)],
    ['in_map', '(A, map(A, B)) -> bool', (key, map) => (map as MapValue).get(key) !== undefined],
  ],
};
