/** Label selectors and label maps as they stand inside objects. */
import { child, type FieldError, forbiddenField, index, invalidValue, required } from '../field-errors.js';
import type { JsonObject, JsonValue } from '../json-value.js';
import { invalidEach } from './checks.js';
import { goForm } from './go-form.js';
import { entriesAt, objectsAt, textAt, textsAt } from './members.js';
import { labelValue, qualifiedName } from '../names.js';
import { validateLabels } from '../object-meta.js';

type Labels = Record<string, string> | undefined;

export interface LabelSelectorOptions {
  /** Stored objects may hold values that newer versions refuse. */
  allowInvalidValues?: boolean;
  /** Newer clients may know operators that this server does not. */
  allowUnknownOperators?: boolean;
}

export function validateLabelSelector(
  selector: JsonObject | undefined,
  path: string,
  errors: FieldError[],
  options: LabelSelectorOptions = {},
): void {
  if (!selector) return;
  errors.push(...validateLabels(selector['matchLabels'] as Labels, child(path, 'matchLabels')));
  objectsAt(selector, 'matchExpressions').forEach((requirement, i) => {
    validateRequirement(requirement, index(child(path, 'matchExpressions'), i), errors, options);
  });
}

export function validateRequirement(requirement: JsonObject, path: string, errors: FieldError[], options: LabelSelectorOptions): void {
  const values = textsAt(requirement, 'values');
  const operator = textAt(requirement, 'operator');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(forbiddenField(child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (!options.allowUnknownOperators) {
    errors.push(invalidValue(child(path, 'operator'), operator, 'not a valid selector operator'));
  }
  const key = textAt(requirement, 'key');
  invalidEach(child(path, 'key'), key, qualifiedName(key), errors);
  if (options.allowInvalidValues) return;
  values.forEach((value, i) => {
    invalidEach(index(child(path, 'values'), i), value, labelValue(value), errors);
  });
}

/** Whether a stored selector holds values that today's rules refuse. */
export function hasInvalidValues(selector: JsonObject | undefined): boolean {
  return objectsAt(selector, 'matchExpressions').some((each) => textsAt(each, 'values').some((value) => labelValue(value).length > 0));
}

/** Whether the selector can be compiled: operators known, values fitting them, keys and values well formed. */
export function isValidSelector(selector: JsonObject | undefined): boolean {
  const errors: FieldError[] = [];
  validateLabelSelector(selector, '', errors);
  return errors.length === 0;
}

export function isEmptySelector(selector: JsonObject | undefined): boolean {
  return entriesAt(selector, 'matchLabels').length === 0 && objectsAt(selector, 'matchExpressions').length === 0;
}

/** Whether a (compilable) selector selects these labels; an absent selector selects nothing. */
export function selects(selector: JsonObject | undefined, labels: JsonObject | undefined): boolean {
  if (!selector) return false;
  return (
    entriesAt(selector, 'matchLabels').every(([key, value]) => labels?.[key] === value) &&
    objectsAt(selector, 'matchExpressions').every((requirement) => meets(requirement, labels?.[textAt(requirement, 'key')]))
  );
}

function meets(requirement: JsonObject, value: JsonValue | undefined): boolean {
  switch (textAt(requirement, 'operator')) {
    case 'In':
      return typeof value === 'string' && textsAt(requirement, 'values').includes(value);
    case 'NotIn':
      return typeof value !== 'string' || !textsAt(requirement, 'values').includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

/** The selector as it is printed in an error (R2.26): null where absent. */
export function printedSelector(selector: JsonObject | undefined): JsonValue {
  return goForm('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector', selector);
}
