/** Node selectors, node affinity, pod affinity. */
import { child, type FieldError, forbiddenField, index, invalidValue, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../names.js';
import { invalidEach } from '../checks.js';
import { validateLabelSelector } from '../label-selector.js';
import { numberAt, objectAt, objectsAt, present, textAt, textsAt } from '../members.js';
import { validateMatchLabelKeys } from './topology-spread.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** The operators' demands on the number of values. */
function validateOperator(requirement: JsonObject, path: string, errors: FieldError[]): void {
  const count = textsAt(requirement, 'values').length;
  const values = child(path, 'values');
  const operator = textAt(requirement, 'operator');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (count === 0) errors.push(required(values, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (count > 0) errors.push(forbiddenField(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (count !== 1) errors.push(required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalidValue(child(path, 'operator'), operator, 'not a valid selector operator'));
  }
}

function validateNodeRequirement(requirement: JsonObject, path: string, allowInvalidValues: boolean, errors: FieldError[]): void {
  validateOperator(requirement, path, errors);
  const key = textAt(requirement, 'key');
  invalidEach(child(path, 'key'), key, qualifiedName(key), errors);
  if (allowInvalidValues) return;
  textsAt(requirement, 'values').forEach((value, i) => {
    invalidEach(index(child(path, 'values'), i), value, labelValue(value), errors);
  });
}

/** `matchFields`: only the node's name can be asked for. */
function validateNodeField(requirement: JsonObject, path: string, errors: FieldError[]): void {
  const operator = textAt(requirement, 'operator');
  const values = textsAt(requirement, 'values');
  const key = textAt(requirement, 'key');
  if (operator !== 'In' && operator !== 'NotIn')
    errors.push(invalidValue(child(path, 'operator'), operator, 'not a valid selector operator'));
  else if (values.length !== 1)
    errors.push(required(child(path, 'values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  if (key !== 'metadata.name') errors.push(invalidValue(child(path, 'key'), key, 'not a valid field selector key'));
  else
    values.forEach((value, i) => {
      invalidEach(index(child(path, 'values'), i), value, dnsSubdomain(value), errors);
    });
}

function validateNodeTerm(term: JsonObject | undefined, path: string, allowInvalidValues: boolean, errors: FieldError[]): void {
  objectsAt(term, 'matchExpressions').forEach((requirement, i) => {
    validateNodeRequirement(requirement, index(child(path, 'matchExpressions'), i), allowInvalidValues, errors);
  });
  objectsAt(term, 'matchFields').forEach((requirement, i) => {
    validateNodeField(requirement, index(child(path, 'matchFields'), i), errors);
  });
}

/** A NodeSelector: terms of which one must hold. */
export function validateNodeSelector(selector: JsonObject, path: string, allowInvalidValues: boolean, errors: FieldError[]): void {
  const terms = objectsAt(selector, 'nodeSelectorTerms');
  const at = child(path, 'nodeSelectorTerms');
  if (terms.length === 0) errors.push(required(at, 'must have at least one node selector term'));
  terms.forEach((term, i) => {
    validateNodeTerm(term, index(at, i), allowInvalidValues, errors);
  });
}

function validateWeight(weighted: JsonObject, path: string, errors: FieldError[]): void {
  const weight = numberAt(weighted, 'weight') ?? 0;
  if (weight <= 0 || weight > 100) errors.push(invalidValue(child(path, 'weight'), weight, 'must be in the range 1-100'));
}

export interface AffinityOptions {
  allowInvalidAffinitySelectors: boolean;
  allowInvalidNodeTerms: boolean;
}

function validateNodeAffinity(affinity: JsonObject, path: string, options: AffinityOptions, errors: FieldError[]): void {
  const selector = objectAt(affinity, REQUIRED);
  if (selector) validateNodeSelector(selector, child(path, REQUIRED), options.allowInvalidNodeTerms, errors);
  objectsAt(affinity, PREFERRED).forEach((preferred, i) => {
    const at = index(child(path, PREFERRED), i);
    validateWeight(preferred, at, errors);
    validateNodeTerm(objectAt(preferred, 'preference'), child(at, 'preference'), true, errors);
  });
}

function validatePodAffinityTerm(term: JsonObject, path: string, options: AffinityOptions, errors: FieldError[]): void {
  const selectorOptions = { allowInvalidValues: options.allowInvalidAffinitySelectors };
  for (const selector of ['labelSelector', 'namespaceSelector'])
    validateLabelSelector(objectAt(term, selector), child(path, selector), errors, selectorOptions);
  for (const namespace of textsAt(term, 'namespaces')) invalidEach(child(path, 'namespace'), namespace, dnsLabel(namespace), errors);
  validateMatchLabelKeys(term, path, errors);
  const key = textAt(term, 'topologyKey');
  if (key === '') errors.push(required(child(path, 'topologyKey'), 'can not be empty'));
  invalidEach(child(path, 'topologyKey'), key, qualifiedName(key), errors);
}

function validatePodAffinity(affinity: JsonObject, path: string, options: AffinityOptions, errors: FieldError[]): void {
  objectsAt(affinity, REQUIRED).forEach((term, i) => {
    validatePodAffinityTerm(term, index(child(path, REQUIRED), i), options, errors);
  });
  objectsAt(affinity, PREFERRED).forEach((weighted, i) => {
    const at = index(child(path, PREFERRED), i);
    validateWeight(weighted, at, errors);
    validatePodAffinityTerm(objectAt(weighted, 'podAffinityTerm') ?? {}, child(at, 'podAffinityTerm'), options, errors);
  });
}

export function validateAffinity(spec: JsonObject, path: string, options: AffinityOptions, errors: FieldError[]): void {
  const affinity = objectAt(spec, 'affinity');
  const nodes = objectAt(affinity, 'nodeAffinity');
  if (nodes) validateNodeAffinity(nodes, `${path}.affinity.nodeAffinity`, options, errors);
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const pods = objectAt(affinity, kind);
    if (pods) validatePodAffinity(pods, `${path}.affinity.${kind}`, options, errors);
  }
}

/** All pod affinity terms of a spec, required and preferred. */
export function affinityTerms(spec: JsonObject): JsonObject[] {
  return ['podAffinity', 'podAntiAffinity'].flatMap((kind) => {
    const pods = objectAt(objectAt(spec, 'affinity'), kind);
    return [
      ...objectsAt(pods, REQUIRED),
      ...objectsAt(pods, PREFERRED).flatMap((weighted) => present(objectAt(weighted, 'podAffinityTerm'))),
    ];
  });
}

export const requiredNodeSelector = (spec: JsonObject): JsonObject | undefined =>
  objectAt(objectAt(objectAt(spec, 'affinity'), 'nodeAffinity'), REQUIRED);

export const requiredNodeTerms = (spec: JsonObject): readonly JsonObject[] => objectsAt(requiredNodeSelector(spec), 'nodeSelectorTerms');
