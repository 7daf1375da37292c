/** Nobody writes a role or binding that grants more than he holds (objects.md E7). */
import { goQuote } from '../../../schemas/field-errors.js';
import { clone, equal, type JsonObject } from '../../../schemas/json-value.js';
import { metaOf } from '../../../schemas/object-meta.js';
import { badRequest, forbidden, notFound, rawError, type StatusError } from '../../../schemas/status.js';
import { objectAt, objectsAt, textAt } from '../../../schemas/validation/members.js';
import type { AdmissionPlugin, Attributes } from '../../admission.js';
import { SYSTEM_MASTERS } from '../user-info.js';
import { printTuples, uncovered } from './covers.js';
import { type PolicyRule, RBAC_GROUP, rulesOfRole } from './policy.js';
import { aggregated, type RbacAuthorizer } from './rbac-authorizer.js';

const ROLES = new Set(['roles', 'clusterroles']);
const BINDINGS = new Set(['rolebindings', 'clusterrolebindings']);
const none: readonly string[] = [];
const ALL = ['*'];
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ALL, apiGroups: ALL, resources: ALL, resourceNames: none, nonResourceURLs: none },
  { verbs: ALL, apiGroups: none, resources: none, resourceNames: none, nonResourceURLs: ALL },
];

/** The last thing that looks at an object before it is validated; on dry run too. */
export function escalationCheck(rbac: RbacAuthorizer): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    isPart: true,
    operations: ['CREATE', 'UPDATE'],
    admit(attributes) {
      const { resource, subresource, operation, user, object, oldObject } = attributes;
      const { group, resource: plural } = resource.gr;
      if (group !== RBAC_GROUP || subresource !== '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
      if (user.groups.includes(SYSTEM_MASTERS)) return;
      if (oldObject && onlyCollectionFields(object!, oldObject)) return;
      if (ROLES.has(plural)) return checkRole(rbac, attributes, object!);
      if (BINDINGS.has(plural)) return checkBinding(rbac, attributes, object!);
    },
  };
}

/** Whether nothing but what garbage collection writes has changed. */
function onlyCollectionFields(object: JsonObject, old: JsonObject): boolean {
  const bare = (of: JsonObject): JsonObject => {
    const copy = clone(of);
    const { finalizers: _f, ownerReferences: _o, managedFields: _m, resourceVersion: _r, ...metadata } = metaOf(copy);
    return { ...copy, metadata: metadata as unknown as JsonObject };
  };
  return equal(bare(object), bare(old));
}

const isAggregated = (role: JsonObject | undefined): boolean =>
  objectsAt(objectAt(role, 'aggregationRule'), 'clusterRoleSelectors').length > 0;

async function checkRole(rbac: RbacAuthorizer, attributes: Attributes, role: JsonObject): Promise<void> {
  const { request, resource } = attributes;
  // E7.1: the name of the URL, so a POST has none
  if (await may(attributes, 'escalate', resource.gr.resource, request.info.namespace, request.info.name)) return;
  const missing = missingPermissions(rbac, attributes, rulesOfRole(role));
  if (missing !== undefined) throw denial(attributes, role, missing);
  const aggregates = isAggregated(role) || isAggregated(attributes.oldObject);
  if (aggregates && missingPermissions(rbac, attributes, EVERYTHING) !== undefined)
    throw denial(attributes, role, 'must have cluster-admin privileges to use the aggregationRule');
}

async function checkBinding(rbac: RbacAuthorizer, attributes: Attributes, binding: JsonObject): Promise<void> {
  const { resource, cluster, namespace } = attributes;
  const reference = objectAt(binding, 'roleRef');
  const ref = { kind: textAt(reference, 'kind'), name: textAt(reference, 'name') };
  if (await may(attributes, 'bind', ref.kind === 'ClusterRole' ? 'clusterroles' : 'roles', namespace, ref.name)) return;
  // the role is looked up before the kind's own rules judge the reference
  if (ref.kind !== 'Role' && ref.kind !== 'ClusterRole') throw rawError(`unsupported role reference kind: ${goQuote(ref.kind)}`);
  if (ref.kind === 'Role' && namespace === '') throw badRequest('Namespace parameter required.');
  const rules = rbac.rules(cluster, namespace, ref);
  if (!rules) throw notFound(resource.gr, ref.name);
  const missing = missingPermissions(rbac, attributes, rules);
  if (missing !== undefined) throw denial(attributes, binding, missing);
}

const denial = ({ resource, name }: Attributes, object: JsonObject, why: string): StatusError =>
  forbidden(resource.gr, metaOf(object).name || name, why);

async function may(
  { request, cluster, user }: Attributes,
  verb: string,
  resource: string,
  namespace: string,
  name: string,
): Promise<boolean> {
  const about = { isResource: true, group: RBAC_GROUP, version: 'v1', resource, subresource: '', namespace, name, path: '' };
  const decision = await request.api.authorizer.authorize({ ...about, cluster, user, verb });
  return decision.allowed;
}

/** What the writer does not hold, in Kubernetes' words; undefined when he holds all of it. A missing role is told as one of what is written. */
function missingPermissions(
  rbac: RbacAuthorizer,
  { cluster, user, namespace, resource }: Attributes,
  wanted: readonly PolicyRule[],
): string | undefined {
  const { rules, missing: roles } = rbac.permissions(cluster, user, namespace);
  const missing = uncovered(rules, wanted);
  if (missing.length === 0) return undefined;
  const who = `user ${goQuote(user.name)} (groups=[${user.groups.map(goQuote).join(' ')}])`;
  const tail = roles.length ? `; resolution errors: [${aggregated(roles.map(({ name }) => notFound(resource.gr, name).message))}]` : '';
  return `${who} is attempting to grant RBAC permissions not currently held:\n${printTuples(missing).join('\n')}${tail}`;
}
