/** The type errors of a strategic merge patch's result: it is not decoded from text, so they have words of their own (R5.23). */
import { findDefinition, itemOf, jsonFields, type TypeName } from '../definitions/index.js';
import { isObject, type JsonValue } from '../json-value.js';

const GO_KINDS: Readonly<Record<string, string>> = { string: 'string', bool: 'bool', int32: 'int32', int64: 'int64', double: 'float64' };

/**
 * The first error in the order of the type's fields, or undefined. Types that read themselves (quantities, times …) are not judged here.
 * `goType` is Go's name of the type where it has one of its own.
 */
export function restoreError(value: JsonValue | undefined, type: TypeName, goType?: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const scalar = GO_KINDS[type];
  if (scalar !== undefined) return scalarError(value, scalar, goType);
  const container = itemOf(type);
  const itemGoType = goType?.replace(/^(\[\]|map\[[^\]]*\])/, '');
  if (container?.list) {
    if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`;
    return firstError(value, (item) => restoreError(item, container.item, itemGoType));
  }
  if (container) {
    if (!isObject(value)) return `cannot restore map from ${kindOf(value)}`;
    return firstError(Object.values(value), (item) => restoreError(item, container.item, itemGoType));
  }
  if (type === 'bytes') {
    if (Array.isArray(value)) return firstError(value, (item) => (item === null ? undefined : scalarError(item, 'uint8')));
    return typeof value === 'string' ? undefined : `cannot restore slice from ${kindOf(value)}`;
  }
  const definition = findDefinition(type);
  if (!definition) return undefined;
  if (!isObject(value)) return `cannot restore struct from: ${kindOf(value)}`;
  const typeMeta = definition.gvk ? firstError(['kind', 'apiVersion'], (name) => restoreError(value[name], 'string')) : undefined;
  return typeMeta ?? firstError(jsonFields(definition), (field) => restoreError(value[field.name], field.type, field.goType));
}

/** What `conform` says of a result that has no `restoreError`: bytes, times and numbers that may be texts are decoded each on its own. */
export function restoredText(error: string): string {
  if (error.startsWith('illegal base64 data')) return `error decoding from json: ${error}`;
  return error.replace(/Go struct field \S+ of type (string|int32)$/, 'Go value of type $1');
}

/** Numbers that are too large for an int32 lose what does not fit, and a list of numbers is bytes; objects change in place. The value has no `restoreError`. */
export function restoreIntegers(value: JsonValue, type: TypeName): JsonValue {
  if (type === 'int32') return (typeof value === 'number' && (value | 0) !== value) || typeof value === 'bigint' ? wrapped(value) : value;
  if (type === 'bytes') return Array.isArray(value) ? Buffer.from(value as number[]).toString('base64') : value;
  const container = itemOf(type);
  if (container) {
    if (Array.isArray(value)) return value.map((item) => restoreIntegers(item, container.item));
    if (isObject(value)) for (const key of Object.keys(value)) value[key] = restoreIntegers(value[key]!, container.item);
    return value;
  }
  const definition = isObject(value) ? findDefinition(type) : undefined;
  if (!definition || !isObject(value)) return value;
  for (const { name, type: inner } of jsonFields(definition)) {
    const member = value[name];
    if (member !== undefined && member !== null) value[name] = restoreIntegers(member, inner);
  }
  return value;
}

const wrapped = (value: number | bigint): JsonValue => Number(BigInt.asIntN(32, BigInt(value)));

function firstError<T>(items: readonly T[], errorOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const error = errorOf(item);
    if (error !== undefined) return error;
  }
  return undefined;
}

function scalarError(value: JsonValue, wanted: string, goType = wanted): string | undefined {
  const kind = kindOf(value);
  const isNumber = kind === 'int64' || kind === 'float64';
  if (wanted === kind || (isNumber && wanted === 'float64') || (kind === 'int64' && (wanted === 'int32' || wanted === 'uint8')))
    return undefined;
  const isConvertible = wanted === 'string' ? kind === 'int64' : isNumber && wanted !== 'bool';
  return isConvertible ? `cannot convert ${kind} to ${goType}` : `unrecognized type: ${wanted}`;
}

/** The Go kind of a decoded value. */
function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map';
}
