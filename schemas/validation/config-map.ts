import { type FieldError, forbiddenField, index, invalidValue, tooLong } from '../field-errors.js';
import { equal, type JsonObject } from '../json-value.js';
import { invalidEach } from './checks.js';
import { configKey, decodedLength, MAX_DATA_BYTES } from './config-keys.js';
import { bytes, entriesAt, flagAt } from './members.js';
import type { KindRules } from './rules.js';

/** R3.34 */
function validate(configMap: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  const binaryData = configMap['binaryData'] as JsonObject | undefined;
  for (const [key, value] of entriesAt(configMap, 'data')) {
    invalidEach(index('data', key), key, configKey(key), errors);
    if (binaryData && Object.hasOwn(binaryData, key)) {
      errors.push(invalidValue(index('data', key), key, 'duplicate of key present in binaryData'));
    }
    total += bytes(value as string);
  }
  for (const [key, value] of entriesAt(configMap, 'binaryData')) {
    invalidEach(index('binaryData', key), key, configKey(key), errors);
    total += decodedLength((value ?? '') as string);
  }
  if (total > MAX_DATA_BYTES) errors.push(tooLong('[]', MAX_DATA_BYTES));
  return errors;
}

const FROZEN = 'field is immutable when `immutable` is set';

/** R3.33: the flag cannot be taken back and the named members cannot change; `metadata` can. */
export function validateFrozen(object: JsonObject, old: JsonObject, members: readonly string[], errors: FieldError[]): void {
  if (!flagAt(old, 'immutable')) return;
  if (!flagAt(object, 'immutable')) errors.push(forbiddenField('immutable', FROZEN));
  for (const member of members) {
    if (!equal(object[member] ?? {}, old[member] ?? {})) errors.push(forbiddenField(member, FROZEN));
  }
}

export const configMap: KindRules = {
  validate,
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateFrozen(object, old, ['data', 'binaryData'], errors);
    return errors.concat(validate(object));
  },
};
