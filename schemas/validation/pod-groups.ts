/** scheduling.k8s.io Workload and PodGroup: pods that are scheduled together. */
import { child, type FieldError, invalidValue, required } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dnsLabel, dnsSubdomain, pathSegment } from '../names.js';
import { immutable, invalidEach, POSITIVE } from './checks.js';
import { conditionsErrors } from './conditions.js';
import { numberAt, objectAt, objectsAt, specOf, textAt } from './members.js';
import { semanticallyEqual } from './pods/update.js';
import { validateNamed } from './resource/names.js';
import type { KindRules } from './rules.js';

const TEMPLATES_MAX = 8;

function validatePolicy(owner: JsonObject, path: string, errors: FieldError[]): void {
  const policy = objectAt(owner, 'schedulingPolicy');
  const field = child(path, 'schedulingPolicy');
  const set = ['basic', 'gang'].filter((member) => objectAt(policy, member));
  if (set.length === 0) errors.push(invalidValue(field, '', 'must specify one of: `basic`, `gang`'));
  if (set.length > 1) {
    const printed = `{${set.join(', ')}}`;
    errors.push(invalidValue(field, printed, 'exactly one of `basic`, `gang` is required, but multiple fields are set'));
  }
  const gang = objectAt(policy, 'gang');
  const count = numberAt(gang, 'minCount') ?? 0;
  if (gang && count <= 0) errors.push(invalidValue(`${field}.gang.minCount`, count, POSITIVE));
}

function validateOwner(reference: JsonObject, path: string, errors: FieldError[]): void {
  const group = textAt(reference, 'apiGroup');
  if (group !== '') invalidEach(child(path, 'apiGroup'), group, dnsSubdomain(group), errors);
  for (const member of ['kind', 'name']) {
    const value = textAt(reference, member);
    if (value === '') errors.push(required(child(path, member)));
    else invalidEach(child(path, member), value, pathSegment(value), errors);
  }
}

function validateWorkload(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(object);
  const reference = objectAt(spec, 'controllerRef');
  if (reference) validateOwner(reference, 'spec.controllerRef', errors);
  const templates = objectsAt(spec, 'podGroupTemplates');
  const path = 'spec.podGroupTemplates';
  if (templates.length === 0) errors.push(required(path));
  const validate = (template: JsonObject, at: string): void => {
    const name = textAt(template, 'name');
    if (name === '') errors.push(required(child(at, 'name')));
    else invalidEach(child(at, 'name'), name, dnsLabel(name), errors);
    validatePolicy(template, at, errors);
  };
  validateNamed(templates, path, TEMPLATES_MAX, validate, errors);
  return errors;
}

export const workload: KindRules = {
  validate: validateWorkload,
  validateUpdate(object, old) {
    const errors = validateWorkload(object);
    const [templates, before] = [specOf(object)['podGroupTemplates'], specOf(old)['podGroupTemplates']];
    if (!semanticallyEqual(templates, before)) immutable('spec.podGroupTemplates', templates, before, errors);
    return errors;
  },
};

export const podGroup: KindRules = {
  validate(object) {
    const errors: FieldError[] = [];
    validatePolicy(specOf(object), 'spec', errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    if (!semanticallyEqual(object['spec'], old['spec'])) immutable('spec', object['spec'], old['spec'], errors);
    return errors;
  },
  validateStatusUpdate: (object) => conditionsErrors(objectsAt(objectAt(object, 'status'), 'conditions'), 'status.conditions'),
};
