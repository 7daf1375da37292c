/** FlowSchema (G4.5) */
import { child, duplicate, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain } from '../../names.js';
import { invalidEach } from '../checks.js';
import { goForm } from '../go-form.js';
import { ALL_BUT_STATUS, keepWholeMetadata } from '../kept-metadata.js';
import { flagAt, made, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { semanticallyEqual } from '../pods/update.js';
import type { KindRules } from '../rules.js';
import { MANDATORY_SCHEMAS } from './mandatory.js';

const PRECEDENCE_MAX = 10000;
const DISTINGUISHERS = ['ByNamespace', 'ByUser'];
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const SUBJECTS = ['Group', 'ServiceAccount', 'User'];
const MEMBERS: Readonly<Record<string, string>> = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' };

function validateAccount(account: JsonObject, path: string, errors: FieldError[]): void {
  const [name, namespace] = [textAt(account, 'name'), textAt(account, 'namespace')];
  if (name === '') errors.push(required(child(path, 'name')));
  else if (name !== '*') invalidEach(child(path, 'name'), name, dnsSubdomain(name), errors);
  if (namespace === '') errors.push(required(child(path, 'namespace'), 'must specify namespace for service account'));
  else invalidEach(child(path, 'namespace'), namespace, dnsLabel(namespace), errors);
}

function validateSubject(subject: JsonObject, path: string, errors: FieldError[]): void {
  const kind = textAt(subject, 'kind');
  const own = MEMBERS[kind];
  if (!own) {
    errors.push(notSupported(child(path, 'kind'), kind, SUBJECTS));
    return;
  }
  const value = objectAt(subject, own);
  if (!value) errors.push(required(child(path, own), `${own} is required when subject kind is '${kind}'`));
  else if (kind === 'ServiceAccount') validateAccount(value, child(path, own), errors);
  else if (textAt(value, 'name') === '') errors.push(required(`${path}.${own}.name`));
  for (const [other, member] of Object.entries(MEMBERS))
    if (other !== kind && objectAt(subject, member))
      errors.push(forbiddenField(child(path, member), `${member} is forbidden when subject kind is not '${other}'`));
}

/** A list that is not empty, in which `*` stands alone. */
function validateList(rule: JsonObject, member: string, path: string, emptyWords: string, things: string, errors: FieldError[]): void {
  const list = textsAt(rule, member);
  const field = child(path, member);
  if (list.length === 0) errors.push(required(field, emptyWords));
  else if (list.length > 1 && list.includes('*'))
    errors.push(invalidValue(field, [...list], `if '*' is present, must not specify other ${things}`));
}

function validateVerbs(rule: JsonObject, path: string, errors: FieldError[]): void {
  const verbs = textsAt(rule, 'verbs');
  validateList(rule, 'verbs', path, 'verbs must contain at least one value', 'verbs', errors);
  if (verbs.length > 0 && !verbs.includes('*') && verbs.some((verb) => !VERBS.includes(verb)))
    errors.push(notSupported(child(path, 'verbs'), [...verbs], VERBS));
}

function validateResourceRule(rule: JsonObject, path: string, errors: FieldError[]): void {
  validateVerbs(rule, path, errors);
  validateList(rule, 'apiGroups', path, 'resource rules must supply at least one api group', 'api groups', errors);
  validateList(rule, 'resources', path, 'resource rules must supply at least one resource', 'resources', errors);
  const namespaces = textsAt(rule, 'namespaces');
  const field = child(path, 'namespaces');
  if (namespaces.length === 0 && !flagAt(rule, 'clusterScope'))
    errors.push(required(field, 'resource rules that are not cluster scoped must supply at least one namespace'));
  else if (namespaces.includes('*') && namespaces.length > 1)
    errors.push(invalidValue(field, [...namespaces], "if '*' is present, must not specify other namespaces"));
  else if (!namespaces.includes('*'))
    namespaces.forEach((namespace, i) => {
      const messages = dnsLabel(namespace).map((message) => `each member of this list must be '*' or a DNS-1123 label; ${message}`);
      invalidEach(index(field, i), namespace, messages, errors);
    });
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const star = url.indexOf('*');
  return star >= 0 && (star !== url.length - 1 || !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

function validateUrlRule(rule: JsonObject, path: string, errors: FieldError[]): void {
  validateVerbs(rule, path, errors);
  const member = 'nonResourceURLs';
  const words = 'nonResourceURLs must contain at least one value';
  validateList(rule, member, path, words, 'non-resource URLs', errors);
  const urls = textsAt(rule, member);
  if (urls.includes('*')) return;
  urls.forEach((url, i) => {
    const problem = urlProblem(url);
    if (problem !== undefined) errors.push(invalidValue(index(child(path, member), i), url, problem));
  });
}

function validateRule(rule: JsonObject, path: string, errors: FieldError[]): void {
  const lists = ['subjects', 'resourceRules', 'nonResourceRules'].map((member) => objectsAt(rule, member));
  const [subjects, resources, urls] = lists as [JsonObject[], JsonObject[], JsonObject[]];
  subjects.forEach((subject, i) => {
    validateSubject(subject, index(child(path, 'subjects'), i), errors);
  });
  if (subjects.length === 0) errors.push(required(child(path, 'subjects'), 'subjects must contain at least one value'));
  if (resources.length === 0 && urls.length === 0)
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  resources.forEach((each, i) => {
    validateResourceRule(each, index(child(path, 'resourceRules'), i), errors);
  });
  urls.forEach((each, i) => {
    validateUrlRule(each, index(child(path, 'nonResourceRules'), i), errors);
  });
}

function validateSpec(spec: JsonObject, name: string, errors: FieldError[]): void {
  const field = 'spec.matchingPrecedence';
  const precedence = numberAt(spec, 'matchingPrecedence') ?? 0;
  if (precedence <= 0) errors.push(invalidValue(field, precedence, 'must be a positive value'));
  if (precedence > PRECEDENCE_MAX) errors.push(invalidValue(field, precedence, `must not be greater than ${PRECEDENCE_MAX}`));
  if (precedence === 1 && name !== 'exempt')
    errors.push(invalidValue(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  const distinguisher = objectAt(spec, 'distinguisherMethod');
  const type = textAt(distinguisher, 'type');
  if (distinguisher && !DISTINGUISHERS.includes(type))
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: type }, DISTINGUISHERS));
  const level = textAt(objectAt(spec, 'priorityLevelConfiguration'), 'name');
  if (level === '') errors.push(required('spec.priorityLevelConfiguration.name', 'must reference a priority level'));
  else invalidEach('spec.priorityLevelConfiguration.name', level, dnsSubdomain(level), errors);
  objectsAt(spec, 'rules').forEach((rule, i) => {
    validateRule(rule, index('spec.rules', i), errors);
  });
}

/** Conditions have types, each once. */
export function validateConditionTypes(object: JsonObject, errors: FieldError[]): void {
  const types = new Set<string>();
  objectsAt(objectAt(object, 'status'), 'conditions').forEach((condition, i) => {
    const field = `status.conditions[${i}].type`;
    const type = textAt(condition, 'type');
    if (types.has(type)) errors.push(duplicate(field, type));
    types.add(type);
    if (type === '') errors.push(required(field));
  });
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec') ?? {};
  const name = textAt(objectAt(object, 'metadata'), 'name');
  validateSpec(spec, name, errors);
  const mandatory = MANDATORY_SCHEMAS[name];
  if (mandatory && !semanticallyEqual(spec, mandatory)) {
    const printed = goForm('io.k8s.api.flowcontrol.v1.FlowSchemaSpec', spec);
    errors.push(invalidValue('spec', printed, `spec of '${name}' must equal the fixed value`));
  }
  validateConditionTypes(object, errors);
  return errors;
}

export const flowSchema: KindRules = {
  default(object) {
    const spec = made(object, 'spec');
    if (!spec['matchingPrecedence']) spec['matchingPrecedence'] = 1000;
  },
  prepareForStatusUpdate: keepWholeMetadata,
  resetFields: ALL_BUT_STATUS,
  validate,
  validateUpdate: validate,
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    validateConditionTypes(object, errors);
    return errors;
  },
};
