/** Roles and bindings as the authorizer reads them, and when a rule matches a request (E6.3). */
import { isObject, type JsonObject } from '../../../schemas/json-value.js';
import { objectAt, objectsAt, textAt, textsAt } from '../../../schemas/validation/members.js';
import type { UserInfo } from '../user-info.js';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export interface PolicyRule {
  verbs: readonly string[];
  apiGroups: readonly string[];
  resources: readonly string[];
  resourceNames: readonly string[];
  nonResourceURLs: readonly string[];
}

export interface RoleRef {
  kind: string;
  name: string;
}

export interface Subject {
  kind: string;
  name: string;
  /** ServiceAccount only; the binding's where it names none. */
  namespace: string;
}

export interface Binding {
  /** Storage key, which is also the order among bindings. */
  key: string;
  kind: 'RoleBinding' | 'ClusterRoleBinding';
  namespace: string;
  name: string;
  roleRef: RoleRef;
  subjects: readonly Subject[];
}

/** What a rule is asked. */
export interface Access {
  isResource: boolean;
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  name: string;
  path: string;
}

const NONE: readonly string[] = [];

export function ruleOf(rule: JsonObject): PolicyRule {
  const list = (name: string): readonly string[] => (rule[name] ? textsAt(rule, name) : NONE);
  return {
    verbs: list('verbs'),
    apiGroups: list('apiGroups'),
    resources: list('resources'),
    resourceNames: list('resourceNames'),
    nonResourceURLs: list('nonResourceURLs'),
  };
}

export const rulesOfRole = (role: JsonObject): PolicyRule[] => objectsAt(role, 'rules').filter(isObject).map(ruleOf);

export function bindingOf(key: string, object: JsonObject): Binding {
  const metadata = objectAt(object, 'metadata');
  const namespace = textAt(metadata, 'namespace');
  const reference = objectAt(object, 'roleRef');
  return {
    key,
    kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
    namespace,
    name: textAt(metadata, 'name'),
    roleRef: { kind: textAt(reference, 'kind'), name: textAt(reference, 'name') },
    subjects: objectsAt(object, 'subjects').map((subject) => ({
      kind: textAt(subject, 'kind'),
      name: textAt(subject, 'name'),
      namespace: textAt(subject, 'namespace') || namespace,
    })),
  };
}

export const serviceAccountUser = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

/** E6.2: the user name that a subject stands for; undefined for groups, and for accounts of no namespace. */
export function userOfSubject({ kind, name, namespace }: Subject): string | undefined {
  if (kind === 'User') return name;
  return kind === 'ServiceAccount' && namespace !== '' ? serviceAccountUser(namespace, name) : undefined;
}

export const subjectMatches = (subject: Subject, user: UserInfo): boolean =>
  subject.kind === 'Group' ? user.groups.includes(subject.name) : userOfSubject(subject) === user.name;

export function ruleMatches(rule: PolicyRule, access: Access): boolean {
  if (!hasOrAll(rule.verbs, access.verb)) return false;
  if (!access.isResource) return rule.nonResourceURLs.some((url) => urlMatches(url, access.path));
  return (
    hasOrAll(rule.apiGroups, access.group) &&
    resourceMatches(rule.resources, access.resource, access.subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(access.name))
  );
}

const hasOrAll = (list: readonly string[], value: string): boolean => list.includes(value) || list.includes('*');

/** `r` does not cover subresources; `*` covers all of them, and `*` followed by `/sub` that subresource of everything. */
function resourceMatches(patterns: readonly string[], resource: string, subresource: string): boolean {
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`;
  for (const pattern of patterns) {
    if (pattern === '*' || pattern === wanted) return true;
    if (subresource !== '' && pattern.startsWith('*/') && pattern.slice(2) === subresource) return true;
  }
  return false;
}

/** Exactly, or by the prefix in front of a trailing `*`. */
export function urlMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''));
}
