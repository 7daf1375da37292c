import type { Implementation, Library } from '../functions.js';
import { duration, floorDiv, formatDuration, formatTimestamp, parseGoDuration, parseRfc3339, timestamp } from '../times.js';
import { int, overflow, uint, unsignedOverflow } from './integers.js';
import { CelError, type Duration, INT_MAX, INT_MIN, type Timestamp, TypeValue, typeName, UINT_MAX, Uint, type Value } from '../values.js';

/** The conversion error of B7.8a. */
function conversionError(from: string, to: string): CelError {
  return new CelError(`type conversion error from '${from}' to '${to}'`);
}

const nanos = (value: Value): bigint => (value as Timestamp | Duration).nanos;

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

function convertText<T>(to: string, read: (text: string) => T | undefined, make: (value: T) => Value): Implementation {
  return (text) => {
    const value = read(text as string);
    return value === undefined ? conversionError('string', to) : make(value);
  };
}

const same: Implementation = (value) => value;

/** `int(x)`, `string(x)`, `timestamp(x)` … */
export const conversions: Library = {
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
    // declared, but never works *(quirk)*
    ['int64_to_duration', '(int) -> duration', () => conversionError('int', 'google.protobuf.Duration')],
    ['string_to_duration', '(string) -> duration', convertText('google.protobuf.Duration', parseGoDuration, duration)],
  ],
  dyn: [['to_dyn', '(A) -> dyn', same]],
  int: [
    ['int64_to_int64', '(int) -> int', same],
    ['duration_to_int64', '(duration) -> int', (value) => (value as Duration).nanos],
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
    [
      'string_to_timestamp',
      '(string) -> timestamp',
      convertText('google.protobuf.Timestamp', parseRfc3339, ({ nanos, offset }) => timestamp(nanos, offset)),
    ],
  ],
  type: [['type', '(A) -> type(A)', (value) => new TypeValue(typeName(value))]],
  uint: [
    ['uint64_to_uint64', '(uint) -> uint', same],
    ['double_to_uint64', '(double) -> uint', (value) => fromDouble(value as number, 'uint')],
    ['int64_to_uint64', '(int) -> uint', (value) => uint(value as bigint)],
    ['string_to_uint64', '(string) -> uint', (text) => parseInteger(text as string, 'uint')],
  ],
};
