/** Role-based access control read word for word (objects.md E6.1–E6.4): every binding of every request, slowly and obviously. */
import type { JsonObject } from '../../schemas/json-value.js';
import type { AuthorizationRequest } from '../../server/auth/authorizer.js';

export interface Named {
  resource: 'roles' | 'clusterroles' | 'rolebindings' | 'clusterrolebindings';
  object: JsonObject & { metadata: { name: string; namespace?: string } };
}

interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** Whether a rule of a binding that applies allows it. */
export function slowly(all: readonly Named[], request: Omit<AuthorizationRequest, 'version'>): boolean {
  const rulesOf = (kind: string, name: string, namespace: string): Rule[] => {
    const wanted = kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    const role = all.find(
      ({ resource, object: { metadata } }) =>
        resource === wanted && metadata.name === name && (kind === 'ClusterRole' || metadata.namespace === namespace),
    );
    return (role?.object['rules'] as Rule[] | undefined) ?? [];
  };
  for (const { resource, object } of all) {
    const isCluster = resource === 'clusterrolebindings';
    if (!isCluster && resource !== 'rolebindings') continue;
    const namespace = object.metadata.namespace ?? '';
    if (!isCluster && (!request.isResource || request.namespace !== namespace)) continue;
    const subjects = (object['subjects'] ?? []) as { kind: string; name: string; namespace?: string }[];
    const isNamed = subjects.some((s) => {
      if (s.kind === 'Group') return request.user.groups.includes(s.name);
      if (s.kind === 'User') return s.name === request.user.name;
      const own = s.namespace ?? namespace;
      return own !== '' && request.user.name === `system:serviceaccount:${own}:${s.name}`;
    });
    if (!isNamed) continue;
    const ref = object['roleRef'] as { kind: string; name: string };
    for (const rule of rulesOf(ref.kind, ref.name, namespace)) if (slowRule(rule, request)) return true;
  }
  return false;
}

function slowRule(rule: Rule, r: Omit<AuthorizationRequest, 'version'>): boolean {
  if (!rule.verbs.some((v) => v === '*' || v === r.verb)) return false;
  if (!r.isResource)
    return (rule.nonResourceURLs ?? []).some((u) => u === '*' || u === r.path || (u.endsWith('*') && r.path.startsWith(u.slice(0, -1))));
  const wanted = r.subresource ? `${r.resource}/${r.subresource}` : r.resource;
  return (
    (rule.apiGroups ?? []).some((g) => g === '*' || g === r.group) &&
    (rule.resources ?? []).some((x) => x === '*' || x === wanted || (r.subresource !== '' && x === `*/${r.subresource}`)) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(r.name))
  );
}
