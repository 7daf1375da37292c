/** What requests a webhook or a policy is about: rules and selectors (C3.2b, C4.1). */
import { child, duplicate, type FieldError, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { pathSegment } from '../../names.js';
import { invalidEach } from '../checks.js';
import { validateLabelSelector } from '../label-selector.js';
import { made, objectAt, objectsAt, textAt, textsAt } from '../members.js';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
export const MATCH_POLICIES = ['Equivalent', 'Exact'];
export const FAILURE_POLICIES = ['Fail', 'Ignore'];

/** C3.1, C4.1: every rule has a scope. */
export function defaultRules(parent: JsonObject, name: string): void {
  for (const rule of objectsAt(parent, name)) rule['scope'] ??= '*';
}

/** C4.1 */
export function defaultMatchResources(matched: JsonObject | undefined): void {
  if (!matched) return;
  matched['matchPolicy'] ??= 'Equivalent';
  made(matched, 'namespaceSelector');
  made(matched, 'objectSelector');
  defaultRules(matched, 'resourceRules');
  defaultRules(matched, 'excludeResourceRules');
}

export function matchResourcesErrors(matched: JsonObject | undefined, path: string): FieldError[] {
  if (!matched) return [];
  const errors: FieldError[] = [];
  const policy = textAt(matched, 'matchPolicy');
  if (!MATCH_POLICIES.includes(policy)) errors.push(notSupported(child(path, 'matchPolicy'), policy, MATCH_POLICIES));
  for (const name of ['namespaceSelector', 'objectSelector']) validateLabelSelector(objectAt(matched, name), child(path, name), errors);
  for (const name of ['resourceRules', 'excludeResourceRules'])
    objectsAt(matched, name).forEach((rule, i) => {
      errors.push(...namedRuleErrors(rule, index(child(path, name), i)));
    });
  return errors;
}

const MUTATED_OPERATIONS = OPERATIONS.filter((operation) => operation !== 'DELETE');

/** There is nothing to mutate in a deletion. */
export function mutatedOperationsErrors(matched: JsonObject | undefined, path: string): FieldError[] {
  const operations = objectsAt(matched, 'resourceRules').flatMap((rule) => textsAt(rule, 'operations'));
  const wrong = operations.filter((operation) => !MUTATED_OPERATIONS.includes(operation));
  return wrong.map((operation) => notSupported(`${path}.resourceRules.operations`, operation, MUTATED_OPERATIONS));
}

function namedRuleErrors(rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  textsAt(rule, 'resourceNames').forEach((name, i) => {
    const at = index(child(path, 'resourceNames'), i);
    invalidEach(at, name, pathSegment(name), errors);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
  return [...errors, ...ruleErrors(rule, path)];
}

/** C3.2b */
export function ruleErrors(rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const operations = textsAt(rule, 'operations');
  aloneOrNone(rule, 'operations', 'operations', path, errors);
  operations.forEach((operation, j) => {
    if (!OPERATIONS.includes(operation)) errors.push(notSupported(index(child(path, 'operations'), j), operation, OPERATIONS));
  });
  aloneOrNone(rule, 'apiGroups', 'API groups', path, errors);
  aloneOrNone(rule, 'apiVersions', 'API versions', path, errors);
  textsAt(rule, 'apiVersions').forEach((version, j) => {
    if (version === '') errors.push(required(index(child(path, 'apiVersions'), j)));
  });
  errors.push(...resourcesErrors(textsAt(rule, 'resources'), child(path, 'resources')));
  const scope = rule['scope'];
  if (typeof scope === 'string' && !SCOPES.includes(scope)) errors.push(notSupported(child(path, 'scope'), scope, SCOPES));
  return errors;
}

/** The list names something, and `*` stands alone. */
function aloneOrNone(rule: JsonObject, name: string, words: string, path: string, errors: FieldError[]): void {
  const values = textsAt(rule, name);
  if (values.length === 0) errors.push(required(child(path, name)));
  if (values.length > 1 && values.includes('*'))
    errors.push(invalidValue(child(path, name), values, `if '*' is present, must not specify other ${words}`));
}

function resourcesErrors(resources: readonly string[], path: string): FieldError[] {
  if (resources.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  let lastPlainIsNamed = false;
  resources.forEach((resource, j) => {
    if (resource === '') errors.push(required(index(path, j)));
    if (resource === '') return;
    const slash = resource.indexOf('/');
    if (slash < 0) {
      // the last entry without a subresource decides, as in Kubernetes
      lastPlainIsNamed = resource !== '*';
      return;
    }
    const [name, subresource] = [resource.slice(0, slash), resource.slice(slash + 1)];
    const covered = (by: string): void => {
      errors.push(invalidValue(index(path, j), resource, `if '${by}' is present, must not specify ${resource}`));
    };
    if (wholeResources.has(name)) covered(`${name}/*`);
    if (wholeSubresources.has(subresource)) covered(`*/${subresource}`);
    if (subresource === '*') wholeResources.add(name);
    if (name === '*') wholeSubresources.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && lastPlainIsNamed)
    errors.push(invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources"));
  return errors;
}
