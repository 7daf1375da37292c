/** ValidatingAdmissionPolicy, MutatingAdmissionPolicy and their bindings: defaults and findings (C4, C5.4). */
import { admissionEnvironment, type AdmissionOptions } from '../../cel/admission.js';
import type { Environment } from '../../cel/environment.js';
import { child, duplicate, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { dns1035Label, dnsSubdomain, pathSegment, qualifiedName } from '../../names.js';
import { invalidEach, oneOf, requiredOneOf } from '../checks.js';
import { conditionsErrors } from '../conditions.js';
import { validateLabelSelector } from '../label-selector.js';
import { bytes, objectAt, objectsAt, specOf, textAt, textsAt } from '../members.js';
import type { KindRules } from '../rules.js';
import {
  expressionErrors,
  matchConditionsErrors,
  variablesErrors,
  WANT_BOOL,
  WANT_JSON_PATCH,
  WANT_OBJECT,
  WANT_STRING,
  WANT_STRING_OR_NULL,
} from './expressions.js';
import { defaultMatchResources, FAILURE_POLICIES, matchResourcesErrors, mutatedOperationsErrors } from './match-resources.js';
import { ALL_BUT_STATUS, keepAllButStatus } from '../kept-metadata.js';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const ACTIONS = ['Audit', 'Deny', 'Warn'];
const NOT_FOUND_ACTIONS = ['Deny', 'Allow'];
const EXCLUSIVE = 'name and selector are mutually exclusive';
const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];
const AUDIT_ANNOTATIONS_MAX = 20;
const VALUE_EXPRESSION_BYTES_MAX = 5120;

const isOneLine = (text: string): boolean => !/[\r\n]/.test(text);

function defaultPolicy(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  if (!spec) return;
  spec['failurePolicy'] ??= 'Fail';
  defaultMatchResources(objectAt(spec, 'matchConstraints'));
}

/** Conditions that were found right before are not looked at again. */
function sameMatchConditions(object: JsonObject, old: JsonObject): boolean {
  return ['paramKind', 'matchConditions'].every((name) => equal(specOf(object)[name], specOf(old)[name]));
}

/** What both kinds of policies begin with. */
function policyErrors(spec: JsonObject, hasSameConditions: boolean, isMutating: boolean): FieldError[] {
  const errors: FieldError[] = [];
  oneOf('spec.failurePolicy', textAt(spec, 'failurePolicy'), FAILURE_POLICIES, errors);
  const paramKind = objectAt(spec, 'paramKind');
  if (paramKind) errors.push(...paramKindErrors(paramKind, 'spec.paramKind'));
  const constraints = objectAt(spec, 'matchConstraints');
  if (!constraints) errors.push(required('spec.matchConstraints'));
  else {
    errors.push(...matchResourcesErrors(constraints, 'spec.matchConstraints'));
    if (isMutating) errors.push(...mutatedOperationsErrors(constraints, 'spec.matchConstraints'));
    if (objectsAt(constraints, 'resourceRules').length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
  }
  if (!hasSameConditions)
    errors.push(...matchConditionsErrors(objectsAt(spec, 'matchConditions'), paramKind !== undefined, 'spec.matchConditions'));
  return errors;
}

function paramKindErrors(paramKind: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const apiVersion = textAt(paramKind, 'apiVersion');
  const parts = apiVersion.split('/');
  const at = child(path, 'apiVersion');
  if (apiVersion === '') errors.push(required(at));
  else if (parts.length > 2) errors.push(invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const [group, version] = parts.length === 2 ? (parts as [string, string]) : ['', apiVersion];
    if (group !== '' && dnsSubdomain(group).length > 0) errors.push(invalidValue(at, group, dnsSubdomain(group).join(',')));
    if (version === '') errors.push(invalidValue(at, apiVersion, 'version must be specified'));
    else if (dns1035Label(version).length > 0) errors.push(invalidValue(at, version, dns1035Label(version).join(',')));
  }
  const kind = textAt(paramKind, 'kind');
  const problems = dns1035Label(kind.toLowerCase());
  if (kind === '') errors.push(required(child(path, 'kind')));
  else if (problems.length > 0)
    errors.push(invalidValue(child(path, 'kind'), kind, `may have mixed case, but should otherwise match: ${problems.join(',')}`));
  return errors;
}

function validatingErrors(object: JsonObject, hasSameConditions: boolean): FieldError[] {
  const spec = specOf(object);
  const errors = policyErrors(spec, hasSameConditions, false);
  const options: AdmissionOptions = { params: objectAt(spec, 'paramKind') !== undefined, authorizer: true, namespaceObject: true };
  const { errors: variableErrors, types: variables } = variablesErrors(spec, options, 'spec.variables');
  errors.push(...variableErrors);
  const validations = objectsAt(spec, 'validations');
  const annotations = objectsAt(spec, 'auditAnnotations');
  if (validations.length === 0 && annotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [...errors, required('spec.validations', detail), required('spec.auditAnnotations', detail)];
  }
  // Without a variable there is nothing of that name.
  const known = { ...options, ...(objectsAt(spec, 'variables').length > 0 && { variables }) };
  const environment = admissionEnvironment(known);
  const quiet = admissionEnvironment({ ...known, authorizer: false });
  validations.forEach((validation, i) => {
    errors.push(...validationErrors(validation, environment, quiet, index('spec.validations', i)));
  });
  if (annotations.length > AUDIT_ANNOTATIONS_MAX)
    errors.push(invalidValue('spec.auditAnnotations', annotations, `must not have more than ${AUDIT_ANNOTATIONS_MAX} auditAnnotations`));
  const keys = new Set<string>();
  annotations.forEach((annotation, i) => {
    const path = index('spec.auditAnnotations', i);
    const key = textAt(annotation, 'key');
    errors.push(...auditAnnotationErrors(textAt(objectAt(object, 'metadata'), 'name'), annotation, environment, path));
    if (keys.has(key)) errors.push(duplicate(child(path, 'key'), key));
    keys.add(key);
  });
  return errors;
}

function validationErrors(validation: JsonObject, environment: Environment, quiet: Environment, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const expression = textAt(validation, 'expression');
  const message = textAt(validation, 'message');
  const messageExpression = textAt(validation, 'messageExpression');
  const reason = validation['reason'];
  if (expression.trim() === '') errors.push(required(child(path, 'expression'), 'expression is not specified'));
  else errors.push(...expressionErrors(environment, expression, WANT_BOOL, child(path, 'expression')));
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(invalidValue(child(path, 'messageExpression'), messageExpression, 'must be non-empty if specified'));
  else if (messageExpression !== '')
    errors.push(...expressionErrors(quiet, messageExpression, WANT_STRING, child(path, 'messageExpression')));
  if (message !== '' && message.trim() === '') errors.push(invalidValue(child(path, 'message'), message, 'must be non-empty if specified'));
  else if (!isOneLine(message.trim())) errors.push(invalidValue(child(path, 'message'), message, 'must not contain line breaks'));
  if (typeof reason === 'string' && !REASONS.includes(reason)) errors.push(notSupported(child(path, 'reason'), reason, REASONS));
  return errors;
}

/** C4.10: the key follows the policy's name. */
function auditAnnotationErrors(policyName: string, annotation: JsonObject, environment: Environment, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const key = textAt(annotation, 'key');
  if (policyName === '') errors.push(invalidValue(child(path, 'key'), key, 'requires metadata.name be non-empty'));
  else invalidEach(child(path, 'key'), `${policyName}/${key}`, qualifiedName(`${policyName}/${key}`), errors);
  const source = textAt(annotation, 'valueExpression');
  const expression = source.trim();
  const at = child(path, 'valueExpression');
  if (expression === '') errors.push(required(at, 'valueExpression is not specified'));
  else if (bytes(expression) > VALUE_EXPRESSION_BYTES_MAX)
    errors.push(required(at, `must not exceed ${VALUE_EXPRESSION_BYTES_MAX} bytes in length`));
  else errors.push(...expressionErrors(environment, expression, WANT_STRING_OR_NULL, at, source));
  return errors;
}

/** C4.9 */
function statusErrors(object: JsonObject): FieldError[] {
  const status = objectAt(object, 'status');
  const errors: FieldError[] = [];
  objectsAt(objectAt(status, 'typeChecking'), 'expressionWarnings').forEach((warning, i) => {
    const path = index('status.typeChecking.expressionWarnings', i);
    for (const name of ['warning', 'fieldRef']) if (textAt(warning, name) === '') errors.push(required(child(path, name)));
  });
  return [...errors, ...conditionsErrors(objectsAt(status, 'conditions'), 'status.conditions')];
}

export const validatingAdmissionPolicy: KindRules = {
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  default: defaultPolicy,
  validate: (object) => validatingErrors(object, false),
  validateUpdate: (object, old) => validatingErrors(object, sameMatchConditions(object, old)),
  validateStatusUpdate: statusErrors,
};

const MUTATIONS: Readonly<Record<string, { member: string; wanted: typeof WANT_OBJECT }>> = {
  ApplyConfiguration: { member: 'applyConfiguration', wanted: WANT_OBJECT },
  JSONPatch: { member: 'jsonPatch', wanted: WANT_JSON_PATCH },
};

function mutatingErrors(object: JsonObject, hasSameConditions: boolean): FieldError[] {
  const spec = specOf(object);
  const errors = policyErrors(spec, hasSameConditions, true);
  const options: AdmissionOptions = { params: objectAt(spec, 'paramKind') !== undefined, authorizer: true, namespaceObject: true };
  const { errors: variableErrors, types: variables } = variablesErrors(spec, options, 'spec.variables');
  errors.push(...variableErrors);
  const mutations = objectsAt(spec, 'mutations');
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  const environment = admissionEnvironment({ ...options, variables, mutation: true });
  mutations.forEach((mutation, i) => {
    errors.push(...mutationErrors(mutation, environment, index('spec.mutations', i)));
  });
  requiredOneOf('spec.reinvocationPolicy', textAt(spec, 'reinvocationPolicy'), REINVOCATION_POLICIES, errors);
  return errors;
}

/** C5.4 */
function mutationErrors(mutation: JsonObject, environment: Environment, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = textAt(mutation, 'patchType');
  requiredOneOf(child(path, 'patchType'), type, Object.keys(MUTATIONS), errors);
  if (errors.length > 0) return errors;
  const { member, wanted } = MUTATIONS[type]!;
  const own = objectAt(mutation, member);
  if (!own) errors.push(required(child(path, member), `must be specified when patchType is ${type}`));
  else {
    const at = child(child(path, member), 'expression');
    const expression = textAt(own, 'expression').trim();
    if (expression === '') errors.push(required(at));
    else errors.push(...expressionErrors(environment, expression, wanted, at));
  }
  for (const { member: other } of Object.values(MUTATIONS))
    if (other !== member && mutation[other] !== undefined)
      errors.push(invalidValue(child(path, other), `{${other}}`, `must not be specified when patchType is ${type}`));
  return errors;
}

export const mutatingAdmissionPolicy: KindRules = {
  default: defaultPolicy,
  validate: (object) => mutatingErrors(object, false),
  validateUpdate: (object, old) => mutatingErrors(object, sameMatchConditions(object, old)),
};

function bindingErrors(object: JsonObject): FieldError[] {
  const spec = specOf(object);
  const errors: FieldError[] = [];
  const name = textAt(spec, 'policyName');
  if (name === '') errors.push(required('spec.policyName'));
  else invalidEach('spec.policyName', name, dnsSubdomain(name), errors);
  errors.push(...paramRefErrors(objectAt(spec, 'paramRef'), 'spec.paramRef'));
  errors.push(...matchResourcesErrors(objectAt(spec, 'matchResources'), 'spec.matchResources'));
  return errors;
}

function paramRefErrors(reference: JsonObject | undefined, path: string): FieldError[] {
  if (!reference) return [];
  const errors: FieldError[] = [];
  const name = textAt(reference, 'name');
  const selector = objectAt(reference, 'selector');
  if (name !== '') {
    invalidEach(child(path, 'name'), name, pathSegment(name), errors);
    if (selector) errors.push(forbiddenField(child(path, 'name'), EXCLUSIVE));
  }
  validateLabelSelector(selector, child(path, 'selector'), errors);
  if (selector && name !== '') errors.push(forbiddenField(child(path, 'selector'), EXCLUSIVE));
  if (name === '' && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  requiredOneOf(child(path, 'parameterNotFoundAction'), textAt(reference, 'parameterNotFoundAction'), NOT_FOUND_ACTIONS, errors);
  return errors;
}

function validationActionsErrors(actions: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  actions.forEach((action, i) => {
    if (!ACTIONS.includes(action)) errors.push(notSupported(index(path, i), action, ACTIONS));
    if (actions.indexOf(action) < i) errors.push(duplicate(index(path, i), action));
  });
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why = 'repeating the same validation failure information in the API response and headers serves no purpose';
    errors.push(invalidValue(path, actions, `must not contain both Deny and Warn (${why})`));
  }
  if (actions.length === 0) errors.push(required(path, 'at least one validation action is required'));
  return errors;
}

const defaultBinding = (object: JsonObject): void => defaultMatchResources(objectAt(objectAt(object, 'spec'), 'matchResources'));

function validatingBindingErrors(object: JsonObject): FieldError[] {
  return [...bindingErrors(object), ...validationActionsErrors(textsAt(specOf(object), 'validationActions'), 'spec.validationActions')];
}

export const validatingAdmissionPolicyBinding: KindRules = {
  default: defaultBinding,
  validate: validatingBindingErrors,
  validateUpdate: validatingBindingErrors,
};

function mutatingBindingErrors(object: JsonObject): FieldError[] {
  const matched = objectAt(specOf(object), 'matchResources');
  return [...bindingErrors(object), ...mutatedOperationsErrors(matched, 'spec.matchResources')];
}

export const mutatingAdmissionPolicyBinding: KindRules = {
  default: defaultBinding,
  validate: mutatingBindingErrors,
  validateUpdate: mutatingBindingErrors,
};
