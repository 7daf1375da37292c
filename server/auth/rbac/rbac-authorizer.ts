/** Role-based access control: allowed iff a rule of a binding that applies says so (objects.md E6). */
import { goQuote } from '../../../schemas/field-errors.js';
import type { AuthorizationRequest, Authorizer, Decision } from '../authorizer.js';
import type { UserInfo } from '../user-info.js';
import { type Binding, type PolicyRule, type RoleRef, ruleMatches, subjectMatches, type Subject } from './policy.js';
import type { PolicyIndex } from './policy-index.js';

/** What somebody may do in a namespace, and the roles that bindings name and that are not there, each once. */
export interface Permissions {
  rules: PolicyRule[];
  missing: RoleRef[];
}

export interface RbacAuthorizer extends Authorizer {
  authorize(request: AuthorizationRequest): Decision;
  /** Every rule that holds for the user in `namespace` (`''`: cluster-wide), cluster bindings first. */
  permissions(cluster: string, user: UserInfo, namespace: string): Permissions;
  rules(cluster: string, namespace: string, ref: RoleRef): readonly PolicyRule[] | undefined;
}

export function rbacAuthorizer(index: PolicyIndex): RbacAuthorizer {
  return {
    authorize(request) {
      const { cluster, user } = request;
      let found: Binding | undefined;
      let errors: Set<string> | undefined;
      index.visit(cluster, user, request.isResource ? request.namespace : '', (binding) => {
        const rules = index.rules(cluster, binding.namespace, binding.roleRef);
        if (!rules) {
          errors ??= new Set();
          errors.add(roleMissing(binding.roleRef));
          return true;
        }
        if (!rules.some((rule) => ruleMatches(rule, request))) return true;
        found = binding;
        return false;
      });
      if (found) return { allowed: true, reason: reasonOf(found, user) };
      return { allowed: false, reason: errors ? `RBAC: ${aggregated([...errors])}` : '' };
    },
    permissions(cluster, user, namespace) {
      const bindings = new Set<Binding>();
      index.visit(cluster, user, namespace, (binding) => {
        bindings.add(binding);
        return true;
      });
      const rules: PolicyRule[] = [];
      const missing = new Map<string, RoleRef>();
      for (const binding of [...bindings].sort(byScopeAndKey)) {
        const own = index.rules(cluster, binding.namespace, binding.roleRef);
        if (own) rules.push(...own);
        else missing.set(roleMissing(binding.roleRef), binding.roleRef);
      }
      return { rules, missing: [...missing.values()] };
    },
    rules: (cluster, namespace, ref) => index.rules(cluster, namespace, ref),
  };
}

const byScopeAndKey = (a: Binding, b: Binding): number =>
  a.kind === b.kind ? (a.key < b.key ? -1 : 1) : a.kind === 'ClusterRoleBinding' ? -1 : 1;

/** E6.4 */
export const roleMissing = ({ kind, name }: RoleRef): string =>
  `${kind.toLowerCase()}.rbac.authorization.k8s.io ${goQuote(name)} not found`;

/** Go's way of printing several errors as one. */
export const aggregated = (errors: readonly string[]): string => (errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);

/** E6.6 */
function reasonOf({ kind, name, namespace, roleRef, subjects }: Binding, user: UserInfo): string {
  const own = namespace === '' ? name : `${name}/${namespace}`;
  const subject = subjects.find((s) => subjectMatches(s, user))!;
  return `RBAC: allowed by ${kind} ${goQuote(own)} of ${roleRef.kind} ${goQuote(roleRef.name)} to ${nameOf(subject)}`;
}

function nameOf({ kind, name, namespace }: Subject): string {
  return `${kind} ${goQuote(kind === 'ServiceAccount' ? `${name}/${namespace}` : name)}`;
}
