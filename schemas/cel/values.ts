import { ITEM_EFFORT, spendEffort } from './effort.js';

/**
 * CEL values in memory: int is `bigint`, double is `number`, string, bool and null are themselves, the rest are the classes below.
 * An error is a value too: `&&` and `||` may swallow it.
 */
export type Value =
  | boolean
  | bigint
  | number
  | string
  | null
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | List
  | MapValue
  | Struct
  | Opaque
  | CelError;

export class CelError {
  constructor(readonly message: string) {}
}
export class Uint {
  constructor(readonly value: bigint) {}
}
/** Nanoseconds since 1970; `offset`, in minutes, only shows where it is printed. */
export class Timestamp {
  constructor(
    readonly nanos: bigint,
    readonly offset: number,
  ) {}
}
export class Duration {
  constructor(readonly nanos: bigint) {}
}
export class TypeValue {
  constructor(readonly name: string) {}
}
export class Optional {
  constructor(readonly value: Value | undefined) {}
}
/** A list; JSON arrays convert their items on access. `identity` is there for `x-kubernetes-list-type` set and map (B7.6). */
export abstract class List {
  readonly identity?: ListIdentity;
  abstract readonly size: number;
  abstract get(index: number): Value;
  toArray(): Value[] {
    spendEffort(this.size * ITEM_EFFORT);
    return Array.from({ length: this.size }, (_, i) => this.get(i));
  }
}
export interface ListIdentity {
  type: 'set' | 'map';
  /** Escaped names of the key properties of a map list. */
  keys: readonly string[];
}
export class ArrayList extends List {
  constructor(readonly items: readonly Value[]) {
    super();
  }
  get size(): number {
    return this.items.length;
  }
  get(index: number): Value {
    return this.items[index]!;
  }
  override toArray(): Value[] {
    return this.items as Value[];
  }
}
/** A list that is still being built by `accumulator + [x]`: appending shares the buffer, so a loop of n steps costs n, not n². */
export class GrowingList extends List {
  private constructor(
    private readonly buffer: Value[],
    readonly size: number,
  ) {
    super();
  }
  static of(items: readonly Value[]): GrowingList {
    return new GrowingList([...items], items.length);
  }
  get(index: number): Value {
    return this.buffer[index]!;
  }
  append(items: List): GrowingList {
    const buffer = this.buffer.length === this.size ? this.buffer : this.buffer.slice(0, this.size);
    for (let i = 0; i < items.size; i++) buffer.push(items.get(i));
    return new GrowingList(buffer, buffer.length);
  }
}
/** A map or an object with a schema (whose keys are escaped property names). */
export abstract class MapValue {
  abstract readonly size: number;
  abstract get(key: Value): Value | undefined;
  abstract keys(): Value[];
}
export class EntryMap extends MapValue {
  private readonly byKey = new Map<string, [Value, Value]>();
  get size(): number {
    return this.byKey.size;
  }
  get(key: Value): Value | undefined {
    const index = keyOf(key);
    return index === undefined ? undefined : this.byKey.get(index)?.[1];
  }
  keys(): Value[] {
    return [...this.byKey.values()].map(([key]) => key);
  }
  /** Adds an entry; false if the key exists or is of no key type. */
  insert(key: Value, value: Value): boolean {
    const index = keyOf(key);
    if (index === undefined || this.byKey.has(index)) return false;
    this.byKey.set(index, [key, value]);
    return true;
  }
}
/** `Object{…}`, `JSONPatch{…}`. */
export class Struct {
  constructor(
    readonly type: string,
    readonly fields: ReadonlyMap<string, Value>,
  ) {}
}
/** A value of a library's own type: the payload is the library's, equality too. */
export class Opaque<T = unknown> {
  private readonly sameAs: (other: never) => boolean;
  constructor(
    readonly type: string,
    readonly payload: T,
    sameAs: (other: T) => boolean,
    /** What `size` says to the cost model; 1 if absent. */
    readonly costSize = 1,
  ) {
    this.sameAs = sameAs;
  }
  equals(other: Opaque): boolean {
    return this.type === other.type && this.sameAs(other.payload as never);
  }
}

export const NONE = new Optional(undefined);
export const noSuchOverload = new CelError('no such overload');
/** What ends an evaluation over its limit; also returned by functions whose result would be far beyond any limit (B7.31). */
export const costExceeded = new CelError('operation cancelled: actual cost limit exceeded');

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;
export const UINT_MAX = 2n ** 64n - 1n;

/** The identity of a map key: equal numbers of different types are one key. */
export function keyOf(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
  return undefined;
}

/** The name `type(x)` prints. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (value === null) return 'null_type';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof List) return 'list';
  if (value instanceof MapValue) return 'map';
  if (value instanceof CelError) return 'error';
  return value.type;
}

/** The size the cost model and `size()` count: code points, bytes, items, entries; 1 for everything else (B7.31). */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return codePoints(value);
  if (value instanceof List || value instanceof MapValue) return value.size;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Optional && value.value !== undefined) return sizeOf(value.value);
  if (value instanceof Opaque) return value.costSize;
  return 1;
}

export function codePoints(text: string): number {
  spendEffort(text.length);
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++)
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) count--;
  return count;
}

/** CEL equality: numbers across types, lists by item, maps by entry, different types unequal; an error if either side holds one. */
export function equals(a: Value, b: Value): boolean | CelError {
  if (typeof a === 'string' || typeof a === 'boolean' || a === null) return a === b;
  if (isNumeric(a)) return isNumeric(b) && numericOrder(a, b) === 0;
  if (a instanceof CelError) return a;
  if (b instanceof CelError) return b;
  if (a instanceof List) return b instanceof List && listsEqual(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && mapsEqual(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) return b instanceof Optional && optionalsEqual(a, b);
  if (a instanceof Struct) return b instanceof Struct && structsEqual(a, b);
  return b instanceof Opaque && a.equals(b);
}

type Numeric = bigint | number | Uint;
function isNumeric(value: Value): value is Numeric {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}
/** −1, 0, 1, or undefined for NaN. An integer is compared with a double as a double, as cel-go does. */
function numericOrder(a: Numeric, b: Numeric): number | undefined {
  const x = a instanceof Uint ? a.value : a;
  const y = b instanceof Uint ? b.value : b;
  return typeof x === typeof y ? order(x, y) : order(Number(x), Number(y));
}

function optionalsEqual(a: Optional, b: Optional): boolean | CelError {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equals(a.value, b.value);
}

function structsEqual(a: Struct, b: Struct): boolean | CelError {
  if (a.type !== b.type || a.fields.size !== b.fields.size) return false;
  for (const [name, value] of a.fields) {
    const other = b.fields.get(name);
    const same = other !== undefined && equals(value, other);
    if (same !== true) return same;
  }
  return true;
}

function listsEqual(a: List, b: List): boolean | CelError {
  if (a.size !== b.size) return false;
  spendEffort(a.size * ITEM_EFFORT);
  const identity = a.identity ?? b.identity;
  if (identity) return sameMembers(identity, a, b);
  for (let i = 0; i < a.size; i++) {
    const same = equals(a.get(i), b.get(i));
    if (same !== true) return same;
  }
  return true;
}

/** Sets and map lists are equal whatever their order (B7.6). */
function sameMembers(identity: ListIdentity, a: List, b: List): boolean | CelError {
  const members = new Map<string, Value>();
  for (let i = 0; i < a.size; i++) members.set(memberKey(identity, a.get(i)), a.get(i));
  const seen = new Set<string>();
  for (let i = 0; i < b.size; i++) {
    const key = memberKey(identity, b.get(i));
    const member = members.get(key);
    if (member === undefined) return false;
    const same = equals(member, b.get(i));
    if (same !== true) return same;
    seen.add(key);
  }
  return seen.size === members.size;
}

/** What makes an item of a set or map list the same as another. */
export function memberKey(identity: ListIdentity, item: Value): string {
  if (identity.type === 'set' || !(item instanceof MapValue)) return printKey(item);
  return identity.keys.map((key) => printKey(item.get(key) ?? null)).join('\u0000');
}

function printKey(value: Value): string {
  if (value instanceof List) return `[${value.toArray().map(printKey).join(',')}]`;
  if (value instanceof MapValue) {
    const entries = value.keys().map((key) => `${printKey(key)}:${printKey(value.get(key)!)}`);
    return `{${entries.sort().join(',')}}`;
  }
  if (value instanceof Timestamp || value instanceof Duration) return `${typeName(value)}${value.nanos}`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'string') return JSON.stringify(value);
  return keyOf(value) ?? String(value);
}

function mapsEqual(a: MapValue, b: MapValue): boolean | CelError {
  if (a.size !== b.size) return false;
  spendEffort(a.size * ITEM_EFFORT);
  for (const key of a.keys()) {
    const other = b.get(key);
    if (other === undefined) return false;
    const same = equals(a.get(key)!, other);
    if (same !== true) return same;
  }
  return true;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** −1, 0 or 1; undefined where the types have no order together (NaN included: it is neither less nor greater). */
export function compare(a: Value, b: Value): number | undefined {
  if (isNumeric(a) && isNumeric(b)) return numericOrder(a, b);
  if (typeof a === 'string' && typeof b === 'string') return a === b ? 0 : compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return order(Number(a), Number(b));
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanos, b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  return undefined;
}

function order(a: bigint | number, b: bigint | number): number | undefined {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : undefined;
}

/** By bytes of UTF-8, which UTF-16 order differs from only above U+D7FF. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const bothHigh = x >= 0xd800 && y >= 0xd800;
    if (!bothHigh) return x < y ? -1 : 1;
    const xSurrogate = x < 0xe000;
    if (xSurrogate !== y < 0xe000) return xSurrogate ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

/** false, 0, "", [], {}, null, none and the zero times: what `optional.ofNonZeroValue` drops. */
export function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof List || value instanceof MapValue) return value.size === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Optional) return value.value === undefined || isZero(value.value);
  return value instanceof Struct && value.fields.size === 0;
}
