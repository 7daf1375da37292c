import { CelError, keyOf, List, MapValue, NONE, Optional, Struct, type Value } from './values.js';

/** `map.key`, or the error that it is not there. */
export function entry(target: MapValue, key: Value): Value {
  const value = target.get(key);
  if (value !== undefined) return value;
  return key instanceof CelError ? key : new CelError(`no such key: ${printValueText(key)}`);
}

/** The text of a key or item in an error. */
function printValueText(value: Value): string {
  if (typeof value === 'object' && value !== null && 'value' in value) return String(value.value);
  return String(value);
}

const hasMembers = (value: Value): boolean =>
  value instanceof MapValue || value instanceof List || value instanceof Struct || value instanceof Optional;

/** `target.key` and `target[key]` of anything but a map. What has no members has not this one either. */
export function member(target: Value, key: Value): Value {
  if (target instanceof CelError) return target;
  if (key instanceof CelError) return key;
  if (target instanceof Optional && target.value === undefined) return NONE;
  if (target instanceof Optional && hasMembers(target.value!)) return optionalMember(target.value!, key);
  if (target instanceof MapValue) return entry(target, key);
  if (target instanceof List) {
    const value = item(target, key);
    return value === undefined ? new CelError(`index out of bounds: ${printValueText(key)}`) : value;
  }
  const value = target instanceof Struct && typeof key === 'string' ? target.fields.get(key) : undefined;
  return value === undefined ? new CelError(`no such key: ${printValueText(key)}`) : value;
}

function item(list: List, key: Value): Value | undefined {
  const index = keyOf(key);
  if (index === undefined || index[0] !== 'n') return new CelError(`unsupported index type '${typeof key}' in list`);
  const number = Number(index.slice(1));
  return number >= 0 && number < list.size ? list.get(number) : undefined;
}

/** `target.?key` and `target[?key]`. */
export function optionalMember(target: Value, key: Value): Value {
  if (target instanceof CelError) return target;
  if (key instanceof CelError) return key;
  if (target instanceof Optional) return target.value === undefined ? NONE : optionalMember(target.value, key);
  let value: Value | undefined;
  if (target instanceof MapValue) value = target.get(key);
  else if (target instanceof List) value = item(target, key);
  else if (target instanceof Struct && typeof key === 'string') value = target.fields.get(key);
  if (value === undefined) return NONE;
  return value instanceof CelError || value instanceof Optional ? value : new Optional(value);
}

export function hasField(target: Value, field: string): Value {
  if (target instanceof CelError) return target;
  if (target instanceof MapValue) {
    const value = target.get(field);
    return value instanceof CelError ? value : value !== undefined;
  }
  if (target instanceof Optional) return target.value !== undefined && hasField(target.value, field);
  return target instanceof Struct && target.fields.has(field);
}
