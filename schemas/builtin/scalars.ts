/** The scalars of built-in types: what JSON they take, what Go makes of it, and Go's words where it is something else (R4.17a). */
import { isObject, type JsonValue } from '../json-value.js';
import { canonicalQuantity, QuantityError } from '../quantity.js';
import { canonicalMicroTime, canonicalTime, TimeError } from '../time.js';

/**
 * Where decoding goes wrong. `mismatch` is remembered and decoding goes on; `abort` ends it at once, since Go's types with a
 * decoder of their own do: a bad time or quantity wins over an earlier mismatch.
 */
export interface Failures {
  /** Ready-made: `illegal base64 data …`. */
  text(message: string): void;
  mismatch(got: string, want: string): void;
  abort(message: string): never;
  abortMismatch(got: string, want: string): never;
  /** The text of the number that is being read, where it is not the one that JavaScript prints. */
  literal(): string | undefined;
}

/** Returns the value in canonical form; undefined where it was of a wrong type. Never called with null, which is as good as absent. */
type Scalar = (value: JsonValue, failures: Failures, want: string) => JsonValue | undefined;

/** Go's word for the JSON that it met. */
export function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'object':
      return value === null ? 'null' : 'object';
    default:
      return 'number';
  }
}

const numberText = (value: JsonValue, failures: Failures): string => `number ${failures.literal() ?? String(value)}`;

function mismatched(value: JsonValue, failures: Failures, want: string): undefined {
  failures.mismatch(kindOf(value), want);
  return undefined;
}

function integer(least: number, most: number): Scalar {
  return (value, failures, want) => {
    if (typeof value === 'number') {
      if (Number.isInteger(value) && value >= least && value <= most && failures.literal() === undefined) return value;
      failures.mismatch(numberText(value, failures), want);
      return undefined;
    }
    if (typeof value !== 'bigint') return mismatched(value, failures, want);
    if (most > 2 ** 32 && value === BigInt.asIntN(64, value)) return value;
    failures.mismatch(numberText(value, failures), want);
    return undefined;
  };
}

const int32 = integer(-(2 ** 31), 2 ** 31 - 1);

function textOf(value: JsonValue, failures: Failures): string {
  return typeof value === 'string' ? value : failures.abortMismatch(kindOf(value), 'string');
}

function time(canonical: (text: string) => string | null): Scalar {
  return (value, failures) => {
    const text = textOf(value, failures);
    try {
      return canonical(text);
    } catch (error) {
      if (error instanceof TimeError) failures.abort(error.message);
      throw error;
    }
  };
}

export const SCALARS: Readonly<Record<string, Scalar>> = {
  string: (value, failures, want) => (typeof value === 'string' ? value : mismatched(value, failures, want)),
  bool: (value, failures, want) => (typeof value === 'boolean' ? value : mismatched(value, failures, want)),
  int32,
  int64: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  double: (value, failures, want) => {
    if (typeof value === 'number') return value;
    return typeof value === 'bigint' ? Number(value) : mismatched(value, failures, want);
  },
  bytes: (value, failures, want) => {
    if (typeof value === 'string') return canonicalBase64(value, failures);
    return Array.isArray(value) ? bytesOfNumbers(value, failures) : mismatched(value, failures, want);
  },
  Time: time(canonicalTime),
  MicroTime: time(canonicalMicroTime),
  Quantity: (value, failures) => {
    const isNumber = typeof value === 'number' || typeof value === 'bigint';
    try {
      return canonicalQuantity(typeof value === 'string' || isNumber ? value : kindOf(value));
    } catch (error) {
      if (error instanceof QuantityError) failures.abort(error.message);
      throw error;
    }
  },
  IntOrString: (value, failures) => {
    if (typeof value === 'string') return value;
    const isInt32 =
      typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31 && failures.literal() === undefined;
    if (isInt32) return value;
    return failures.abortMismatch(
      typeof value === 'number' || typeof value === 'bigint' ? numberText(value, failures) : kindOf(value),
      'int32',
    );
  },
  RawExtension: (value) => value,
  FieldsV1: (value) => value,
};

/** What a member that is always written holds when nobody set it; scalars only. */
export const ZERO: Readonly<Record<string, JsonValue>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  double: 0,
  bytes: null,
  Time: null,
  MicroTime: null,
  Duration: '0s',
  Quantity: '0',
  IntOrString: 0,
  RawExtension: null,
  FieldsV1: null,
};

/** Go's base64.StdEncoding: padding required, line ends skipped. Returns the text as Go would write it. */
function canonicalBase64(text: string, failures: Failures): string | undefined {
  const at = base64Error(text);
  if (at >= 0) {
    const bytesBefore = Buffer.byteLength(text.slice(0, at));
    failures.text(`illegal base64 data at input byte ${bytesBefore}`);
    return undefined;
  }
  const hasSpareBits = text.endsWith('=') || text.endsWith('\n') || text.endsWith('\r') || text.includes('\n') || text.includes('\r');
  return hasSpareBits ? Buffer.from(text, 'base64').toString('base64') : text;
}

const isLineEnd = (code: number): boolean => code === 10 || code === 13;

function isBase64(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 47 && code <= 57) || code === 43;
}

/** The index of the first character that Go's decoder objects to; -1 for valid text. */
function base64Error(text: string): number {
  const end = text.length;
  let count = 0;
  let at = 0;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (isBase64(code)) count++;
    else if (!isLineEnd(code)) break;
  }
  const partial = count % 4;
  if (at === end) return partial === 0 ? -1 : end - partial;
  if (text[at] !== '=' || partial < 2) return at;
  let next = at + 1;
  const skipLineEnds = (): void => {
    while (next < end && isLineEnd(text.charCodeAt(next))) next++;
  };
  if (partial === 2) {
    skipLineEnds();
    if (next === end) return end;
    if (text[next] !== '=') return next - 1;
    next++;
  }
  skipLineEnds();
  return next < end ? next : -1;
}

/** Go also takes `[1,2]` for bytes. */
function bytesOfNumbers(values: JsonValue[], failures: Failures): string | undefined {
  const bytes = Buffer.alloc(values.length);
  for (const [i, value] of values.entries()) {
    const isByte = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
    if (isByte) bytes[i] = value;
    else if (value !== null) failures.mismatch(typeof value === 'number' ? numberText(value, failures) : kindOf(value), 'uint8');
  }
  return bytes.toString('base64');
}

export function isEmpty(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}
