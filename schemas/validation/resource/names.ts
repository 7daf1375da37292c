/** Names that devices, drivers and pools have, and lists of bounded length. */
import { duplicate, type FieldError, index, invalidValue, required, tooLong, tooMany } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain } from '../../names.js';
import { invalidEach } from '../checks.js';
import { bytes, textAt } from '../members.js';
import { validateCsiDriverName } from '../pods/volumes.js';

const IDENTIFIER_BYTES_MAX = 32;
const POOL_BYTES_MAX = 253;
const NOT_IDENTIFIER = /^$|^[^A-Za-z_]|[^A-Za-z0-9_]/;
const IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' " +
  "(e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

type Validate = (field: string, name: string, errors: FieldError[]) => void;

export const validateDriver: Validate = (field, name, errors) => validateCsiDriverName(name, field, errors);
export const validateDevice: Validate = (field, name, errors) => invalidEach(field, name, dnsLabel(name), errors);

export const validateSubdomain: Validate = (field, name, errors) => {
  if (name === '') errors.push(required(field));
  else invalidEach(field, name, dnsSubdomain(name), errors);
};

export const validatePool: Validate = (field, name, errors) => {
  if (name === '') errors.push(required(field));
  else if (bytes(name) > POOL_BYTES_MAX) errors.push(tooLong(field, POOL_BYTES_MAX));
  else for (const part of name.split('/')) invalidEach(field, part, dnsSubdomain(part), errors);
};

function validateIdentifier(field: string, name: string, errors: FieldError[]): void {
  if (bytes(name) > IDENTIFIER_BYTES_MAX) errors.push(tooLong(field, IDENTIFIER_BYTES_MAX));
  if (NOT_IDENTIFIER.test(name)) errors.push(invalidValue(field, name, IDENTIFIER));
}

/** Of attributes and capacities: an identifier, perhaps in a domain. */
export const validateQualified: Validate = (field, name, errors) => {
  const parts = name.split('/');
  if (parts.length === 1) validateIdentifier(field, name, errors);
  else if (parts.length === 2) {
    const [domain, own] = parts as [string, string];
    if (domain === '') errors.push(required(field, 'the domain must not be empty'));
    else validateDriver(field, domain, errors);
    if (own === '') errors.push(required(field, 'the name must not be empty'));
    else validateIdentifier(field, own, errors);
  }
};

/** The same with a domain for certain. */
export const validateFullyQualified: Validate = (field, name, errors) => {
  validateQualified(field, name, errors);
  if (!name.includes('/'))
    errors.push(invalidValue(field, name, 'a fully qualified name must be a domain and a name separated by a slash'));
};

/** No more items than `max`, each in order. */
export function validateItems<T>(
  items: readonly T[],
  path: string,
  max: number,
  validate: (item: T, path: string) => void,
  errors: FieldError[],
): void {
  items.forEach((item, i) => {
    validate(item, index(path, i));
  });
  if (items.length > max) errors.push(tooMany(path, items.length, max));
}

/** The same, of objects that have their own names. */
export function validateNamed(
  items: readonly JsonObject[],
  path: string,
  max: number,
  validate: (item: JsonObject, path: string) => void,
  errors: FieldError[],
): void {
  const names = new Set<string>();
  const validateOne = (item: JsonObject, at: string): void => {
    const name = textAt(item, 'name');
    validate(item, at);
    if (names.has(name)) errors.push(duplicate(at, name));
    names.add(name);
  };
  validateItems(items, path, max, validateOne, errors);
}
