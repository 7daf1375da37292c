/** Tolerations, gates, and names of other things that a pod asks for. */
import { child, duplicate, type FieldError, index, invalidValue, notSupported } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain, labelValue, qualifiedName } from '../../names.js';
import { invalidEach } from '../checks.js';
import { objectAt, objectsAt, textAt } from '../members.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const INTEGER = 'must be a valid decimal integer in canonical form';

function validateTolerationValue(toleration: JsonObject, path: string, allowNumeric: boolean, errors: FieldError[]): void {
  const operator = textAt(toleration, 'operator');
  const value = textAt(toleration, 'value');
  const field = child(path, 'operator');
  if (operator === 'Equal' || operator === '') {
    const messages = labelValue(value);
    if (messages.length > 0) errors.push(invalidValue(field, value, messages.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalidValue(field, value, "value must be empty when `operator` is 'Exists'"));
  } else if (operator === 'Lt' || operator === 'Gt') {
    if (!allowNumeric) errors.push(notSupported(field, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
    else if (!/^(0|-?[1-9][0-9]*)$/.test(value)) errors.push(invalidValue(child(path, 'value'), value, INTEGER));
  } else {
    errors.push(notSupported(field, operator, ['Equal', 'Exists']));
  }
}

export function validateTolerations(tolerations: readonly JsonObject[], path: string, allowNumeric: boolean, errors: FieldError[]): void {
  tolerations.forEach((toleration, i) => {
    const at = index(path, i);
    const key = textAt(toleration, 'key');
    const effect = textAt(toleration, 'effect');
    const operator = textAt(toleration, 'operator');
    if (key !== '') invalidEach(child(at, 'key'), key, qualifiedName(key), errors);
    else if (operator !== 'Exists')
      errors.push(
        invalidValue(
          child(at, 'operator'),
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute')
      errors.push(invalidValue(child(at, 'effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    validateTolerationValue(toleration, at, allowNumeric, errors);
    if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(child(at, 'effect'), effect, EFFECTS));
  });
}

export function validateReadinessGates(spec: JsonObject, path: string, errors: FieldError[]): void {
  objectsAt(spec, 'readinessGates').forEach((gate, i) => {
    const type = textAt(gate, 'conditionType');
    invalidEach(`${path}.readinessGates[${i}].conditionType`, type, qualifiedName(type), errors);
  });
}

export function validateSchedulingGates(spec: JsonObject, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  objectsAt(spec, 'schedulingGates').forEach((gate, i) => {
    const at = index(child(path, 'schedulingGates'), i);
    const name = textAt(gate, 'name');
    invalidEach(at, name, qualifiedName(name), errors);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
}

export function validateSchedulingGroup(spec: JsonObject, path: string, errors: FieldError[]): void {
  const group = objectAt(spec, 'schedulingGroup');
  if (!group) return;
  const field = `${path}.schedulingGroup.podGroupName`;
  const name = group['podGroupName'] as string | undefined;
  if (name === undefined) errors.push(invalidValue(field, null, 'must specify one of: `podGroupName`'));
  else invalidEach(field, name, dnsSubdomain(name), errors);
}
