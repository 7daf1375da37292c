/** rbac.authorization.k8s.io (R3.41) */
import { child, type FieldError, index, invalidValue, notSupported, required } from '../field-errors.js';
import { equal, type JsonObject } from '../json-value.js';
import { invalidEach } from './checks.js';
import { hasInvalidValues, isValidSelector, validateLabelSelector } from './label-selector.js';
import { made, objectAt, objectsAt, preset, textAt, textsAt } from './members.js';
import { dnsSubdomain, pathSegment } from '../names.js';
import type { GroupRules, KindRules } from './rules.js';

const GROUP = 'rbac.authorization.k8s.io';

function validatePolicyRule(rule: JsonObject, path: string, namespaced: boolean, errors: FieldError[]): void {
  if (textsAt(rule, 'verbs').length === 0) errors.push(required(child(path, 'verbs'), 'verbs must contain at least one value'));
  const urls = textsAt(rule, 'nonResourceURLs');
  if (urls.length > 0) {
    const field = child(path, 'nonResourceURLs');
    if (namespaced) errors.push(invalidValue(field, urls, 'namespaced rules cannot apply to non-resource URLs'));
    if (['apiGroups', 'resources', 'resourceNames'].some((member) => textsAt(rule, member).length > 0)) {
      errors.push(invalidValue(field, urls, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return;
  }
  if (textsAt(rule, 'apiGroups').length === 0)
    errors.push(required(child(path, 'apiGroups'), 'resource rules must supply at least one api group'));
  if (textsAt(rule, 'resources').length === 0)
    errors.push(required(child(path, 'resources'), 'resource rules must supply at least one resource'));
}

function validateRole(role: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  objectsAt(role, 'rules').forEach((rule, i) => {
    validatePolicyRule(rule, index('rules', i), true, errors);
  });
  return errors;
}

const aggregatedSelectors = (role: JsonObject | undefined) => objectsAt(objectAt(role, 'aggregationRule'), 'clusterRoleSelectors');

function validateClusterRole(role: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  objectsAt(role, 'rules').forEach((rule, i) => {
    validatePolicyRule(rule, index('rules', i), false, errors);
  });
  if (!objectAt(role, 'aggregationRule')) return errors;
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregatedSelectors(role);
  if (selectors.length === 0) errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  const allowInvalidValues = aggregatedSelectors(old).some(hasInvalidValues);
  selectors.forEach((selector, i) => {
    validateLabelSelector(selector, index(path, i), errors, { allowInvalidValues });
    if (!isValidSelector(selector)) errors.push(invalidValue(index(path, i), null, 'invalid label selector.'));
  });
  return errors;
}

function validateRoleRef(binding: JsonObject, kinds: readonly string[], errors: FieldError[]): void {
  const reference = objectAt(binding, 'roleRef');
  const group = textAt(reference, 'apiGroup');
  const kind = textAt(reference, 'kind');
  const name = textAt(reference, 'name');
  if (group !== GROUP) errors.push(notSupported('roleRef.apiGroup', group, [GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') errors.push(required('roleRef.name'));
  invalidEach('roleRef.name', name, pathSegment(name), errors);
}

function validateSubject(subject: JsonObject, path: string, namespaced: boolean, errors: FieldError[]): void {
  const name = textAt(subject, 'name');
  const group = textAt(subject, 'apiGroup');
  const kind = textAt(subject, 'kind');
  if (name === '') errors.push(required(child(path, 'name')));
  if (kind === 'ServiceAccount') {
    if (name !== '') invalidEach(child(path, 'name'), name, dnsSubdomain(name), errors);
    if (group !== '') errors.push(notSupported(child(path, 'apiGroup'), group, ['']));
    if (!namespaced && textAt(subject, 'namespace') === '') errors.push(required(child(path, 'namespace')));
  } else if (kind === 'User' || kind === 'Group') {
    if (group !== GROUP) errors.push(notSupported(child(path, 'apiGroup'), group, [GROUP]));
  } else {
    errors.push(notSupported(child(path, 'kind'), kind, ['ServiceAccount', 'User', 'Group']));
  }
}

function bindingRules(roleKinds: readonly string[], namespaced: boolean): KindRules {
  const validate = (binding: JsonObject): FieldError[] => {
    const errors: FieldError[] = [];
    validateRoleRef(binding, roleKinds, errors);
    objectsAt(binding, 'subjects').forEach((subject, i) => {
      validateSubject(subject, index('subjects', i), namespaced, errors);
    });
    return errors;
  };
  return {
    default: defaultBinding,
    validate,
    validateUpdate(binding, old) {
      const errors = validate(binding);
      const reference = objectAt(binding, 'roleRef');
      if (!equal(reference, objectAt(old, 'roleRef'))) {
        const printed = { APIGroup: textAt(reference, 'apiGroup'), Kind: textAt(reference, 'kind'), Name: textAt(reference, 'name') };
        errors.push(invalidValue('roleRef', printed, 'cannot change roleRef'));
      }
      return errors;
    },
  };
}

function defaultBinding(binding: JsonObject): void {
  preset(made(binding, 'roleRef'), 'apiGroup', GROUP);
  for (const subject of objectsAt(binding, 'subjects')) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') preset(subject, 'apiGroup', GROUP);
  }
}

export const rbac: GroupRules = {
  Role: { validate: validateRole, validateUpdate: validateRole },
  ClusterRole: { validate: (role) => validateClusterRole(role), validateUpdate: validateClusterRole },
  RoleBinding: bindingRules(['Role', 'ClusterRole'], true),
  ClusterRoleBinding: bindingRules(['ClusterRole'], false),
};
