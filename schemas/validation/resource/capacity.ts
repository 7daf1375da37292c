/** What a device has to share: a capacity, and in which portions it is asked for. */
import { child, duplicate, type FieldError, forbiddenField, index, invalidValue, required, tooMany } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type Quantity, quantityIn } from '../../quantity.js';
import { objectAt, textsAt } from '../members.js';

const VALUES_MAX = 10;

const quantityAt = (object: JsonObject | undefined, member: string): Quantity | undefined => {
  const value = object?.[member];
  return value === undefined || value === null ? undefined : parseQuantity(String(value));
};
const exceeds = (a: Quantity, b: Quantity): boolean => compareQuantities(a, b) > 0;

export function validateCapacity(capacity: JsonObject, path: string, isShared: boolean, errors: FieldError[]): void {
  const policy = objectAt(capacity, 'requestPolicy');
  if (!policy) return;
  const field = child(path, 'requestPolicy');
  if (!isShared) errors.push(forbiddenField(field, 'allowMultipleAllocations must be true'));
  else validatePolicy(policy, field, quantityAt(capacity, 'value')!, errors);
}

function validatePolicy(policy: JsonObject, path: string, capacity: Quantity, errors: FieldError[]): void {
  const values = textsAt(policy, 'validValues');
  const range = objectAt(policy, 'validRange');
  if (values.length > 0 && range) {
    const detail = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    errors.push(forbiddenField(path, detail));
    return;
  }
  if (values.length === 0 && !range) return;
  const by = range ? 'validRange' : 'validValues';
  const usual = quantityAt(policy, 'default');
  if (!usual) errors.push(required(child(path, 'default'), `required when ${by} is defined`));
  else if (range) validateRange(range, child(path, by), usual, capacity, errors);
  else validateValues(values, child(path, by), usual, capacity, errors);
}

function validateValues(values: readonly string[], path: string, usual: Quantity, capacity: Quantity, errors: FieldError[]): void {
  const quantities = values.map(parseQuantity);
  if (values.length > VALUES_MAX) errors.push(tooMany(path, values.length, VALUES_MAX));
  else
    quantities.forEach((value, i) => {
      const [at, text] = [index(path, i), formatQuantity(value)];
      const before = i === 0 ? undefined : compareQuantities(value, quantities[i - 1]!);
      if (exceeds(value, capacity))
        errors.push(invalidValue(at, text, `option is larger than capacity value: ${formatQuantity(capacity)}`));
      if (before !== undefined && before < 0) errors.push(invalidValue(at, text, 'values must be sorted in ascending order'));
      if (before === 0) errors.push(duplicate(at, text));
    });
  const isAmong = values.length <= VALUES_MAX && quantities.some((value) => compareQuantities(value, usual) === 0);
  if (!isAmong) errors.push(invalidValue(path, formatQuantity(usual), 'default value is not valid according to the requestPolicy'));
}

function validateRange(range: JsonObject, path: string, usual: Quantity, capacity: Quantity, errors: FieldError[]): void {
  const refuse = (member: string, value: Quantity, detail: string): void =>
    void errors.push(invalidValue(child(path, member), formatQuantity(value), detail));
  const [all, least, most, step] = [capacity, quantityAt(range, 'min'), quantityAt(range, 'max'), quantityAt(range, 'step')];
  if (!least) {
    errors.push(required(child(path, 'min'), 'required when validRange is defined'));
    return;
  }
  if (exceeds(least, all)) refuse('min', least, `min is larger than capacity value: ${formatQuantity(all)}`);
  if (exceeds(least, usual)) refuse('min', usual, `default is less than min: ${formatQuantity(least)}`);
  if (most) {
    if (exceeds(least, most)) refuse('max', least, `min is larger than max: ${formatQuantity(most)}`);
    if (exceeds(most, all)) refuse('max', most, `max is larger than capacity value: ${formatQuantity(all)}`);
    if (exceeds(usual, most)) refuse('max', usual, `default is more than max: ${formatQuantity(most)}`);
  }
  if (!step) return;
  const first = addQuantities(least, step);
  if (exceeds(first, all)) refuse('step', step, `one step ${formatQuantity(first)} is larger than capacity value: ${formatQuantity(all)}`);
  for (const value of most ? [usual, most] : [usual])
    if (!isStepsFrom(least, step, value))
      refuse('step', value, `value is not a multiple of a given step (${formatQuantity(step)}) from (${formatQuantity(least)})`);
}

/** In whole numbers, rounded up. */
function isStepsFrom(least: Quantity, step: Quantity, value: Quantity): boolean {
  const [size, distance] = [quantityIn(step, 0), quantityIn(value, 0) - quantityIn(least, 0)];
  return size === 0n || distance % size === 0n;
}
