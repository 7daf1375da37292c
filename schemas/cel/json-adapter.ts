import { goType } from '../apply/go-value.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { MEMBER_EFFORT, spendEffort } from './effort.js';
import { formatDuration, formatTimestamp, parseDateTime, parseDuration } from './times.js';
import { type CelType, declaredField, DYN } from './types.js';
import { CelError, Duration, List, type ListIdentity, MapValue, Struct, Timestamp, Uint, type Value } from './values.js';

/** A JSON value as CEL sees it through a type, without converting what is inside before it is asked for (B7.3). */
export function fromJson(json: JsonValue, type: CelType = DYN): Value {
  if (json === null) return null;
  switch (type.kind) {
    case 'struct':
      if (!isObject(json)) return invalid('a map for the provided schema with type=object');
      return type.fields ? new JsonStruct(json, type) : fromUntyped(json);
    case 'map':
      return isObject(json) ? new JsonMap(json, type.params[1]!) : invalid('a map for the provided schema with type=object');
    case 'list':
      return Array.isArray(json)
        ? new JsonList(json, type.params[0]!, type.identity)
        : invalid('an array for the provided schema with type=array');
    case 'int':
      return typeof json === 'number' && Number.isInteger(json) ? BigInt(json) : typeof json === 'bigint' ? json : invalid('int', json);
    case 'double':
      return typeof json === 'number' || typeof json === 'bigint' ? Number(json) : invalid('float', json);
    case 'bool':
      return typeof json === 'boolean' ? json : invalid('bool', json);
    case 'string':
      return typeof json === 'string' ? json : invalid('string', json);
    case 'bytes':
      return typeof json === 'string' ? new Uint8Array(Buffer.from(json, 'base64')) : invalid('string', json);
    case 'timestamp':
      return timeFrom(json, 'date-time', parseDateTime, ({ nanos, offset }) => new Timestamp(nanos, offset));
    case 'duration':
      return timeFrom(json, 'duration', parseDuration, (nanos) => new Duration(nanos));
    default:
      return fromUntyped(json);
  }
}

/** A value that its schema no longer fits, since it was there before (B6.8). */
function invalid(expected: string, json?: JsonValue): CelError {
  return new CelError(`invalid data, expected ${expected}${json === undefined ? '' : `, got ${goType(json)}`}`);
}

function timeFrom<T>(json: JsonValue, format: string, parse: (text: string) => T | undefined, make: (time: T) => Value): Value {
  const time = typeof json === 'string' ? parse(json) : undefined;
  return time === undefined ? new CelError(`Invalid ${format} formatted string ${String(json)}`) : make(time);
}

function fromUntyped(json: JsonValue): Value {
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return new JsonList(json, DYN, undefined);
  return isObject(json) ? new JsonMap(json, DYN) : json;
}

class JsonList extends List {
  constructor(
    private readonly json: readonly JsonValue[],
    private readonly item: CelType,
    override readonly identity: ListIdentity | undefined,
  ) {
    super();
  }
  get size(): number {
    return this.json.length;
  }
  get(index: number): Value {
    return fromJson(this.json[index]!, this.item);
  }
}

function memberNames(json: JsonObject): string[] {
  const names = Object.keys(json);
  spendEffort(names.length * MEMBER_EFFORT);
  return names;
}

class JsonMap extends MapValue {
  constructor(
    private readonly json: JsonObject,
    private readonly value: CelType,
  ) {
    super();
  }
  get size(): number {
    return memberNames(this.json).length;
  }
  get(key: Value): Value | undefined {
    return typeof key === 'string' && Object.hasOwn(this.json, key) ? fromJson(this.json[key]!, this.value) : undefined;
  }
  keys(): Value[] {
    return memberNames(this.json);
  }
}

/** An object with declared fields; what is not declared is not there (B7.3). */
class JsonStruct extends MapValue {
  constructor(
    private readonly json: JsonObject,
    private readonly type: CelType,
  ) {
    super();
  }
  get size(): number {
    return memberNames(this.json).length;
  }
  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const field = declaredField(this.type, key);
    if (field === undefined) return undefined;
    const name = this.type.jsonNames?.get(key) ?? key;
    return Object.hasOwn(this.json, name) ? fromJson(this.json[name]!, field) : undefined;
  }
  keys(): Value[] {
    return [...this.type.fields!.keys()].filter((key) => Object.hasOwn(this.json, this.type.jsonNames?.get(key) ?? key));
  }
}

/** A CEL value as JSON: times and bytes as text, keys of maps as text. A `CelError` for what JSON has no form for. */
export function toJson(value: Value): JsonValue | CelError {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof CelError) return value;
  if (value instanceof Uint) return toJson(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof List) return listToJson(value);
  if (value instanceof MapValue) return membersToJson(value.keys().map((key) => [key, value.get(key)!] as const));
  if (value instanceof Struct) return membersToJson([...value.fields]);
  return new CelError('value has no JSON form');
}

function listToJson(list: List): JsonValue | CelError {
  const items: JsonValue[] = [];
  for (let i = 0; i < list.size; i++) {
    const item = toJson(list.get(i));
    if (item instanceof CelError) return item;
    items.push(item);
  }
  return items;
}

function membersToJson(entries: readonly (readonly [Value, Value])[]): JsonValue | CelError {
  const object: JsonObject = {};
  for (const [key, value] of entries) {
    if (typeof key !== 'string') return new CelError(`map key ${String(key)} is not string`);
    const member = toJson(value);
    if (member instanceof CelError) return member;
    object[key] = member;
  }
  return object;
}
