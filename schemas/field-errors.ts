/**
 * Validation findings as data (rest.md §2.3). Validators return lists of them and never throw;
 * `invalid()` in `status.ts` turns a list into one 422.
 */
import { goNumber } from './printing/go-value.js';

export type FieldErrorType =
  | 'NotFound'
  | 'Required'
  | 'Duplicate'
  | 'Invalid'
  | 'NotSupported'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'TooFew'
  | 'Internal'
  | 'TypeInvalid';

export interface FieldError {
  type: FieldErrorType;
  /** R2.27: `spec.containers[0].name`, `metadata.annotations[foo/bar]`; `<nil>` at the root. */
  field: string;
  /** The printed body: type, value and detail, without the path (R2.25). It is also the message of the cause. */
  body: string;
}

/** `spec.x`, `items[0]`, `labels[a/b]`: a string key after `.`, an index or a map key in brackets. */
export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
export function index(path: string, key: number | string): string {
  return `${path}[${key}]`;
}

/** %q of Go for strings; numbers and booleans plain; everything else compact JSON, with `&<>` escaped as Go does (R2.26). */
export function printValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (typeof value === 'boolean') return String(value);
  return goJson(value);
}

/** JSON text as Go's encoder writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? Number(member) : member));
  return text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Go's strconv.Quote. */
export function goQuote(text: string): string {
  let out = '"';
  for (const c of text) {
    const code = c.codePointAt(0)!;
    if (c === '"' || c === '\\') out += `\\${c}`;
    else if (c === '\n') out += '\\n';
    else if (c === '\t') out += '\\t';
    else if (c === '\r') out += '\\r';
    else if (code === 7) out += '\\a';
    else if (code === 8) out += '\\b';
    else if (code === 12) out += '\\f';
    else if (code === 11) out += '\\v';
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code >= 0xd800 && code <= 0xdfff) out += '\\ufffd';
    else if (code > 0x7e && !/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(c))
      out += code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    else out += c;
  }
  return `${out}"`;
}

const withDetail = (head: string, detail: string): string => (detail === '' ? head : `${head}: ${detail}`);

export function required(field: string, detail = ''): FieldError {
  return { type: 'Required', field, body: withDetail('Required value', detail) };
}
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, body: withDetail(`Invalid value: ${printValue(value)}`, detail) };
}
/** Where Kubernetes prints the value in another way than others. */
export function invalidPrinted(field: string, printed: string, detail: string): FieldError {
  return { type: 'Invalid', field, body: withDetail(`Invalid value: ${printed}`, detail) };
}
/** Where the value is not to be shown. */
export function invalidOmitted(field: string, detail: string): FieldError {
  return { type: 'Invalid', field, body: `Invalid value: ${detail}` };
}
export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'TypeInvalid', field, body: withDetail(`Invalid value: ${printValue(value)}`, detail) };
}
export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'Duplicate', field, body: `Duplicate value: ${printValue(value)}` };
}
export function notFoundValue(field: string, value: unknown): FieldError {
  return { type: 'NotFound', field, body: `Not found: ${printValue(value)}` };
}
/** `supported` in the order in which Kubernetes prints it. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length ? `supported values: ${supported.map(goQuote).join(', ')}` : '';
  return { type: 'NotSupported', field, body: withDetail(`Unsupported value: ${printValue(value)}`, detail) };
}
export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, body: withDetail('Forbidden', detail) };
}
export function tooLong(field: string, max: number): FieldError {
  const detail = max < 0 ? 'value is too long' : `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`;
  return { type: 'TooLong', field, body: `Too long: ${detail}` };
}
export function tooMany(field: string, actual: number, max: number): FieldError {
  return {
    type: 'TooMany',
    field,
    body: `Too many: ${actual}: ${max < 0 ? 'has too many items' : `must have at most ${max} ${max === 1 ? 'item' : 'items'}`}`,
  };
}
export function tooFew(field: string, actual: number, min: number): FieldError {
  return { type: 'TooFew', field, body: `Too few: ${actual}: must have at least ${min} ${min === 1 ? 'item' : 'items'}` };
}
export function internalFieldError(field: string, detail: string): FieldError {
  return { type: 'Internal', field, body: withDetail('Internal error', detail) };
}

const CAUSE_REASONS: Record<FieldErrorType, string> = {
  NotFound: 'FieldValueNotFound',
  Required: 'FieldValueRequired',
  Duplicate: 'FieldValueDuplicate',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Forbidden: 'FieldValueForbidden',
  TooLong: 'FieldValueTooLong',
  TooMany: 'FieldValueTooMany',
  TooFew: 'FieldValueTooFew',
  Internal: 'InternalError',
  TypeInvalid: 'FieldValueTypeInvalid',
};

/** R2.28: one cause per error, duplicates kept. */
export function causesOf(errors: readonly FieldError[]): { reason: string; message: string; field: string }[] {
  return errors.map((e) => ({ reason: CAUSE_REASONS[e.type], message: e.body, field: e.field }));
}

/** R2.13: a single text, or `[e1, e2]` without duplicates. */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.body}`))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}
