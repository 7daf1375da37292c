/** Checks that many kinds share. All of them append to `errors`. */
import { type FieldError, invalidValue, notSupported, required } from '../field-errors.js';
import { equal, type JsonObject, type JsonValue } from '../json-value.js';
import { numberAt } from './members.js';

/** One Invalid per message of a name check. */
export function invalidEach(field: string, value: JsonValue, messages: readonly string[], errors: FieldError[]): void {
  for (const message of messages) errors.push(invalidValue(field, value, message));
}

export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const POSITIVE = 'must be greater than 0';
export const IMMUTABLE = 'field is immutable';

/** The member, where present, is not below 0. */
export function notNegative(parent: JsonObject | undefined, name: string, path: string, errors: FieldError[]): void {
  const value = numberAt(parent, name);
  if (value !== undefined && value < 0) errors.push(invalidValue(`${path}.${name}`, parent![name], NOT_NEGATIVE));
}

/** The member, where present, is above 0. */
export function positive(parent: JsonObject | undefined, name: string, path: string, errors: FieldError[]): void {
  const value = numberAt(parent, name);
  if (value !== undefined && value <= 0) errors.push(invalidValue(`${path}.${name}`, parent![name], POSITIVE));
}

/** `printed` is the new value in the internal form of R2.26, where that differs from the JSON. */
export function immutable(
  field: string,
  value: JsonValue | undefined,
  old: JsonValue | undefined,
  errors: FieldError[],
  printed: JsonValue = value ?? null,
): void {
  if (!equal(value ?? null, old ?? null)) errors.push(invalidValue(field, printed, IMMUTABLE));
}

/** A string that must be one of `supported` (sorted as Kubernetes prints them). */
export function oneOf(field: string, value: string, supported: readonly string[], errors: FieldError[]): void {
  if (!supported.includes(value)) errors.push(notSupported(field, value, supported));
}

/** Required where empty, else one of `supported`. */
export function requiredOneOf(field: string, value: string, supported: readonly string[], errors: FieldError[]): void {
  if (value === '') errors.push(required(field));
  else oneOf(field, value, supported, errors);
}
