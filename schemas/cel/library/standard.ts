import { RE2JS } from 're2js';
import { spendEffort } from '../effort.js';
import type { Implementation, Library } from '../functions.js';
import { duration, floorDiv, formatDuration, formatTimestamp, inZone, parseGoDuration, parseRfc3339, timestamp } from '../times.js';
import {
  ArrayList,
  CelError,
  codePoints,
  compare,
  type Duration,
  equals,
  GrowingList,
  INT_MAX,
  INT_MIN,
  List,
  type MapValue,
  memberKey,
  type Timestamp,
  TypeValue,
  typeName,
  UINT_MAX,
  Uint,
  type Value,
} from '../values.js';

const overflow = new CelError('integer overflow');
const unsignedOverflow = new CelError('unsigned integer overflow');

export function int(value: bigint): Value {
  return value < INT_MIN || value > INT_MAX ? overflow : value;
}
function uint(value: bigint): Value {
  return value < 0n || value > UINT_MAX ? unsignedOverflow : new Uint(value);
}

/** The conversion error of B7.8a. */
function conversionError(from: string, to: string): CelError {
  return new CelError(`type conversion error from '${from}' to '${to}'`);
}

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

const operators: Library = {
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
    ['add_duration_timestamp', '(duration, timestamp) -> timestamp', (a, b) => timestamp(nanos(a) + nanos(b))],
    ['add_timestamp_duration', '(timestamp, duration) -> timestamp', (a, b) => timestamp(nanos(a) + nanos(b))],
    ['add_int64', '(int, int) -> int', ints((a, b) => a + b)],
    ['add_list', '(list(A), list(A)) -> list(A)', (a, b) => concat(a as List, b as List)],
    ['add_string', '(string, string) -> string', (a, b) => (a as string) + (b as string)],
    ['add_uint64', '(uint, uint) -> uint', uints((a, b) => a + b)],
  ],
  '_-_': [
    ['subtract_double', '(double, double) -> double', doubles((a, b) => a - b)],
    ['subtract_duration_duration', '(duration, duration) -> duration', (a, b) => duration(nanos(a) - nanos(b))],
    ['subtract_int64', '(int, int) -> int', ints((a, b) => a - b)],
    ['subtract_timestamp_duration', '(timestamp, duration) -> timestamp', (a, b) => timestamp(nanos(a) - nanos(b))],
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

const codePointSize: Implementation = (text) => BigInt(codePoints(text as string));
const byteSize: Implementation = (bytes) => BigInt((bytes as Uint8Array).length);
const collectionSize: Implementation = (value) => BigInt((value as List | MapValue).size);

function sizes(): Library[string] {
  const rows = [
    ['string', 'string', codePointSize],
    ['bytes', 'bytes', byteSize],
    ['list', 'list(A)', collectionSize],
    ['map', 'map(A, B)', collectionSize],
  ] as const;
  return [
    ...rows.map(([id, type, apply]) => [`size_${id}`, `(${type}) -> int`, apply] as const),
    ...rows.map(([id, type, apply]) => [`${id}_size`, `${type}.() -> int`, apply] as const),
  ];
}

function parseInteger(text: string, to: 'int' | 'uint'): Value {
  const pattern = to === 'int' ? /^[+-]?\d+$/ : /^\d+$/;
  if (!pattern.test(text) || text.length > 400) return conversionError('string', to);
  const value = BigInt(text.replace('+', ''));
  if (to === 'uint') return value > UINT_MAX ? conversionError('string', to) : new Uint(value);
  return value < INT_MIN || value > INT_MAX ? conversionError('string', to) : value;
}

function parseDouble(text: string): Value {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special) return /nan/i.test(text) ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return conversionError('string', 'double');
  const value = Number(text);
  return Number.isFinite(value) ? value : conversionError('string', 'double');
}

const BOOLEANS: Record<string, boolean> = {
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

function fromDouble(value: number, to: 'int' | 'uint'): Value {
  const low = to === 'int' ? -(2 ** 63) : 0;
  const high = to === 'int' ? 2 ** 63 : 2 ** 64;
  const outside = Number.isNaN(value) || value >= high || (to === 'int' ? value <= low : value < low);
  if (outside) return to === 'int' ? overflow : unsignedOverflow;
  const whole = BigInt(Math.trunc(value));
  return to === 'int' ? whole : new Uint(whole);
}

/** Go's %g: the shortest digits, an exponent below 10⁻⁴ and from 10⁶ on. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (value !== 0 && (exponent < -4 || exponent >= 6)) {
    const digits = Math.abs(exponent).toString().padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  return String(value);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function decodeUtf8(bytes: Uint8Array): Value {
  try {
    return utf8.decode(bytes);
  } catch {
    return new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function convertText(to: string, read: (text: string) => bigint | undefined, make: (nanos: bigint) => Value): Implementation {
  return (text) => {
    const value = read(text as string);
    return value === undefined ? conversionError('string', to) : make(value);
  };
}

const same: Implementation = (value) => value;

const conversions: Library = {
  bool: [
    ['bool_to_bool', '(bool) -> bool', same],
    [
      'string_to_bool',
      '(string) -> bool',
      (text) => (Object.hasOwn(BOOLEANS, text as string) ? BOOLEANS[text as string]! : conversionError('string', 'bool')),
    ],
  ],
  bytes: [
    ['bytes_to_bytes', '(bytes) -> bytes', same],
    ['string_to_bytes', '(string) -> bytes', (text) => new TextEncoder().encode(text as string)],
  ],
  double: [
    ['double_to_double', '(double) -> double', same],
    ['int64_to_double', '(int) -> double', (value) => Number(value)],
    ['string_to_double', '(string) -> double', (text) => parseDouble(text as string)],
    ['uint64_to_double', '(uint) -> double', (value) => Number((value as Uint).value)],
  ],
  duration: [
    ['duration_to_duration', '(duration) -> duration', same],
    ['string_to_duration', '(string) -> duration', convertText('google.protobuf.Duration', parseGoDuration, duration)],
  ],
  dyn: [['to_dyn', '(A) -> dyn', same]],
  int: [
    ['int64_to_int64', '(int) -> int', same],
    ['double_to_int64', '(double) -> int', (value) => fromDouble(value as number, 'int')],
    ['string_to_int64', '(string) -> int', (text) => parseInteger(text as string, 'int')],
    ['timestamp_to_int64', '(timestamp) -> int', (value) => floorDiv(nanos(value), 1_000_000_000n)],
    ['uint64_to_int64', '(uint) -> int', (value) => int((value as Uint).value)],
  ],
  string: [
    ['string_to_string', '(string) -> string', same],
    ['bool_to_string', '(bool) -> string', (value) => String(value)],
    ['bytes_to_string', '(bytes) -> string', (value) => decodeUtf8(value as Uint8Array)],
    ['double_to_string', '(double) -> string', (value) => formatDouble(value as number)],
    ['duration_to_string', '(duration) -> string', (value) => formatDuration(value as Duration)],
    ['int64_to_string', '(int) -> string', (value) => String(value)],
    ['timestamp_to_string', '(timestamp) -> string', (value) => formatTimestamp(value as Timestamp)],
    ['uint64_to_string', '(uint) -> string', (value) => String((value as Uint).value)],
  ],
  timestamp: [
    ['timestamp_to_timestamp', '(timestamp) -> timestamp', same],
    ['int64_to_timestamp', '(int) -> timestamp', (value) => timestamp((value as bigint) * 1_000_000_000n)],
    ['string_to_timestamp', '(string) -> timestamp', convertText('google.protobuf.Timestamp', parseRfc3339, timestamp)],
  ],
  type: [['type', '(A) -> type(A)', (value) => new TypeValue(typeName(value))]],
  uint: [
    ['uint64_to_uint64', '(uint) -> uint', same],
    ['double_to_uint64', '(double) -> uint', (value) => fromDouble(value as number, 'uint')],
    ['int64_to_uint64', '(int) -> uint', (value) => uint(value as bigint)],
    ['string_to_uint64', '(string) -> uint', (text) => parseInteger(text as string, 'uint')],
  ],
};

const COMPILED = new Map<string, RE2JS | CelError>();
const COMPILED_MAX = 1000;
/** A pattern of a few letters can have thousands of states. */
const COMPILE_EFFORT = 200_000;

/** A regular expression of RE2, compiled once; an error if it is none. */
export function regex(pattern: string): RE2JS | CelError {
  const known = COMPILED.get(pattern);
  if (known) return known;
  spendEffort(COMPILE_EFFORT);
  let compiled: RE2JS | CelError;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    compiled = new CelError(String((error as Error).message));
  }
  if (COMPILED.size >= COMPILED_MAX) COMPILED.clear();
  COMPILED.set(pattern, compiled);
  return compiled;
}

const matches: Implementation = (text, pattern) => {
  const compiled = regex(pattern as string);
  return compiled instanceof CelError ? compiled : compiled.matcher(text as string).find();
};

const texts: Library = {
  size: sizes(),
  matches: [
    ['matches', '(string, string) -> bool', matches],
    ['matches_string', 'string.(string) -> bool', matches],
  ],
  contains: [['contains_string', 'string.(string) -> bool', (text, part) => (text as string).includes(part as string)]],
  startsWith: [['starts_with_string', 'string.(string) -> bool', (text, part) => (text as string).startsWith(part as string)]],
  endsWith: [['ends_with_string', 'string.(string) -> bool', (text, part) => (text as string).endsWith(part as string)]],
};

const dayOfYear = (date: Date): number => Math.floor((date.getTime() - yearStart(date)) / 86_400_000);
function yearStart(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return start.getTime();
}

const PARTS: Record<string, (date: Date) => number> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDayOfYear: dayOfYear,
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDate: (date) => date.getUTCDate(),
  getDayOfWeek: (date) => date.getUTCDay(),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};
const DURATION_PARTS: Record<string, bigint> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
};

/** `t.getHours()`, `t.getHours('Europe/Zurich')`, `d.getHours()` … */
function timeParts(): Library {
  const library: Record<string, Library[string]> = {};
  for (const [name, part] of Object.entries(PARTS)) {
    const read = (value: Value, zone: string): Value => {
      const date = inZone(value as Timestamp, zone);
      return date instanceof CelError ? date : BigInt(part(date));
    };
    const unit = DURATION_PARTS[name];
    library[name] = [
      [`timestamp_${name}`, 'timestamp.() -> int', (value) => read(value, 'UTC')],
      [`timestamp_${name}_with_tz`, 'timestamp.(string) -> int', (value, zone) => read(value, zone as string)],
      ...(unit === undefined ? [] : [[`duration_${name}`, 'duration.() -> int', (value: Value) => nanos(value) / unit] as const]),
    ];
  }
  return library;
}

/** The operators, conversions, text and time functions of CEL itself. */
export const standard: readonly Library[] = [operators, conversions, texts, timeParts()];
