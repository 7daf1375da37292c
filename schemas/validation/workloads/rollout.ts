/** Numbers that may be percentages, and the counters of a rollout's status. */
import { child, type FieldError, invalidValue } from '../../field-errors.js';
import type { JsonObject, JsonValue } from '../../json-value.js';
import { NOT_NEGATIVE, notNegative } from '../checks.js';
import { numberAt } from '../members.js';

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
const isPercent = (value: JsonValue | undefined): value is string => typeof value === 'string' && /^[0-9]+%$/.test(value);

/** Not negative, or a percentage. */
export function validateIntOrPercent(value: JsonValue | undefined, field: string, errors: FieldError[]): void {
  if (typeof value === 'string') {
    if (!isPercent(value)) errors.push(invalidValue(field, value, PERCENT));
  } else if (Number(value ?? 0) < 0) errors.push(invalidValue(field, value, NOT_NEGATIVE));
}

export function validateAtMost100Percent(value: JsonValue | undefined, field: string, errors: FieldError[]): void {
  if (isPercent(value) && Number(value.slice(0, -1)) > 100) errors.push(invalidValue(field, value, 'must not be greater than 100%'));
}

/** The number, the percentage's number, or what Go's Atoi makes of a text: 0 unless it is a number. */
export function intOrPercent(value: JsonValue | undefined): number {
  if (isPercent(value)) return Number(value.slice(0, -1));
  return typeof value === 'string' ? (/^[-+]?[0-9]+$/.test(value) ? Number(value) : 0) : Number(value ?? 0);
}

export function validateCounts(status: JsonObject | undefined, counters: readonly string[], errors: FieldError[]): void {
  for (const counter of counters) notNegative(status, counter, 'status', errors);
}

/** Of pods counted by one property there are no more than pods; `readyName` as the finding names the ready ones. */
export function validateSubtotals(
  status: JsonObject | undefined,
  counters: readonly string[],
  readyName: string,
  errors: FieldError[],
): void {
  const count = (name: string): number => numberAt(status, name) ?? 0;
  const tooMany = (counter: string, than: string): number =>
    errors.push(invalidValue(child('status', counter), count(counter), `cannot be greater than ${than}`));
  for (const counter of counters) if (count(counter) > count('replicas')) tooMany(counter, 'status.replicas');
  if (count('availableReplicas') > count('readyReplicas')) tooMany('availableReplicas', readyName);
}

export function validateCollisionCount(status: JsonObject | undefined, old: JsonObject | undefined, errors: FieldError[]): void {
  const count = numberAt(status, 'collisionCount');
  const before = numberAt(old, 'collisionCount');
  if (before !== undefined && (count === undefined || count < before))
    errors.push(invalidValue('status.collisionCount', count ?? 0, 'cannot be decremented'));
}
