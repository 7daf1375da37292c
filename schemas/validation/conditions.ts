/** `metav1.Condition` lists in a status. */
import { child, duplicate, type FieldError, index, invalidValue, notSupported, required, tooLong } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { qualifiedName } from '../names.js';
import { invalidEach } from './checks.js';
import { bytes, numberAt, textAt } from './members.js';

const STATUSES = ['False', 'True', 'Unknown'];
const REASON_BYTES_MAX = 1024;
const MESSAGE_BYTES_MAX = 32768;
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const REASON_TEXT =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end " +
  "with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used " +
  "for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

export function conditionsErrors(conditions: readonly JsonObject[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  conditions.forEach((condition, i) => {
    const at = index(path, i);
    const type = textAt(condition, 'type');
    if (types.has(type)) errors.push(duplicate(child(at, 'type'), type));
    types.add(type);
    errors.push(...conditionErrors(condition, at));
  });
  return errors;
}

function conditionErrors(condition: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = textAt(condition, 'type');
  const status = textAt(condition, 'status');
  const reason = textAt(condition, 'reason');
  const generation = numberAt(condition, 'observedGeneration') ?? 0;
  invalidEach(child(path, 'type'), type, qualifiedName(type), errors);
  if (!STATUSES.includes(status)) errors.push(notSupported(child(path, 'status'), status, STATUSES));
  if (generation < 0) errors.push(invalidValue(child(path, 'observedGeneration'), generation, 'must be greater than or equal to zero'));
  if (!condition['lastTransitionTime']) errors.push(required(child(path, 'lastTransitionTime')));
  if (reason === '') errors.push(required(child(path, 'reason')));
  else if (!REASON.test(reason)) errors.push(invalidValue(child(path, 'reason'), reason, REASON_TEXT));
  if (bytes(reason) > REASON_BYTES_MAX) errors.push(tooLong(child(path, 'reason'), REASON_BYTES_MAX));
  if (bytes(textAt(condition, 'message')) > MESSAGE_BYTES_MAX) errors.push(tooLong(child(path, 'message'), MESSAGE_BYTES_MAX));
  return errors;
}
