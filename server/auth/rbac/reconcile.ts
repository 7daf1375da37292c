/** Brings the bootstrap roles and bindings up to date at start (E7.10): what is missing is added, what is there beside it stays. */
import { newborn, ownAsServer } from '../../bootstrap/own.js';
import { equal, type JsonObject } from '../../../schemas/json-value.js';
import { StatusError } from '../../../schemas/status.js';
import { objectAt, objectsAt } from '../../../schemas/validation/members.js';
import type { Api } from '../../api.js';
import { encodeEntry, storedObject } from '../../codec.js';
import { keyOf, type Resource } from '../../resource.js';
import * as bootstrap from './bootstrap-policy.js';
import type { BootstrapBinding, BootstrapRole } from './bootstrap-policy.js';
import { uncovered } from './covers.js';
import { type PolicyRule, RBAC_GROUP, rulesOfRole } from './policy.js';

const API_VERSION = `${RBAC_GROUP}/v1`;
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

/** Adds to `object` what it lacks of `wanted`; whether that was anything. */
type Complete = (object: JsonObject, wanted: JsonObject) => boolean;

interface BootstrapObjects {
  kind: string;
  objects: readonly JsonObject[];
  complete: Complete;
}

let all: readonly BootstrapObjects[] | undefined;

/** The same objects for every server of the process. */
function bootstrapObjects(): readonly BootstrapObjects[] {
  all ??= [
    { kind: 'ClusterRole', objects: bootstrap.CLUSTER_ROLES.map(roleObject), complete: completeRole },
    { kind: 'Role', objects: bootstrap.ROLES.map(roleObject), complete: completeRole },
    {
      kind: 'ClusterRoleBinding',
      objects: bootstrap.CLUSTER_ROLE_BINDINGS.map((binding) => bindingObject(binding, 'ClusterRole')),
      complete: completeBinding,
    },
    {
      kind: 'RoleBinding',
      objects: bootstrap.ROLE_BINDINGS.map((binding) => bindingObject(binding, 'Role')),
      complete: completeBinding,
    },
  ];
  return all;
}

/** Writes to `cluster` what its bootstrap policy lacks. Done before the server is ready. */
export async function reconcileBootstrapPolicy(api: Api, cluster: string): Promise<void> {
  const writes: Promise<void>[] = [];
  for (const { kind, objects, complete } of bootstrapObjects()) {
    const resource = api.registry.findKind(cluster, API_VERSION, kind)!;
    for (const object of objects) writes.push(ensure(api, cluster, resource, object, complete));
  }
  await Promise.all(writes);
}

async function ensure(api: Api, cluster: string, resource: Resource, wanted: JsonObject, complete: Complete): Promise<void> {
  const { name, namespace = '' } = wanted['metadata'] as { name: string; namespace?: string };
  const key = keyOf(resource, cluster, namespace, name);
  await api.store.update(key, (head) => {
    if (!head) {
      const object = newborn(wanted, api.chance, () => {
        const whole = structuredClone(wanted);
        ownAsServer(resource, whole);
        return whole;
      });
      return { type: 'put', encode: (revision) => encodeEntry(resource, object, object, revision) };
    }
    const object = storedObject(head);
    const isFixed = objectAt(objectAt(object, 'metadata'), 'annotations')?.[AUTOUPDATE] === 'false';
    if (isFixed || ![addMetadata(object, wanted), complete(object, wanted)].includes(true)) return { type: 'keep' };
    return { type: 'put', encode: (revision) => encodeEntry(resource, object, object, revision) };
  });
}

function addMetadata(object: JsonObject, wanted: JsonObject): boolean {
  const own = object['metadata'] as JsonObject;
  let changed = false;
  for (const member of ['labels', 'annotations']) {
    const values = objectAt(objectAt(wanted, 'metadata'), member) ?? {};
    const merged = { ...objectAt(own, member), ...values };
    if (equal(merged, own[member])) continue;
    own[member] = merged;
    changed = true;
  }
  return changed;
}

const completeRole: Complete = (object, wanted) => {
  if (wanted['aggregationRule'] !== undefined) {
    if (object['aggregationRule'] !== undefined) return false;
    object['aggregationRule'] = wanted['aggregationRule'];
    return true;
  }
  const held = rulesOfRole(object);
  const lacking = objectsAt(wanted, 'rules').filter((rule) => uncovered(held, rulesOfRole({ rules: [rule] })).length > 0);
  if (lacking.length === 0) return false;
  object['rules'] = [...objectsAt(object, 'rules'), ...lacking];
  return true;
};

/** A reference to another role cannot be changed, so such a binding is left alone. */
const completeBinding: Complete = (object, wanted) => {
  if (!equal(object['roleRef'], wanted['roleRef'])) return false;
  const own = objectsAt(object, 'subjects');
  const lacking = objectsAt(wanted, 'subjects').filter((subject) => !own.some((other) => equal(other, subject)));
  if (lacking.length === 0) return false;
  object['subjects'] = [...own, ...lacking];
  return true;
};

function metadataOf(name: string, namespace: string | undefined, labels: JsonObject): JsonObject {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [AUTOUPDATE]: 'true' },
  };
}

const aggregationLabel = (to: string): string => `rbac.authorization.k8s.io/aggregate-to-${to}`;

function roleObject({ name, namespace, rules, aggregateTo, aggregated }: BootstrapRole): JsonObject {
  return {
    metadata: metadataOf(name, namespace, aggregateTo ? { [aggregationLabel(aggregateTo)]: 'true' } : {}),
    rules: aggregated ? null : rules.map((text) => ruleObject(parseRule(text))),
    ...(aggregated && { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(name)]: 'true' } }] } }),
  };
}

function bindingObject({ name, namespace, role, subjects }: BootstrapBinding, kind: string): JsonObject {
  return {
    metadata: metadataOf(name, namespace, {}),
    roleRef: { apiGroup: RBAC_GROUP, kind, name: role },
    ...(subjects.length > 0 && { subjects: subjects.map(subjectObject) }),
  };
}

function subjectObject(text: string): JsonObject {
  const kind = text.slice(0, text.indexOf(':'));
  const name = text.slice(kind.length + 1);
  if (kind !== 'ServiceAccount') return { kind, apiGroup: RBAC_GROUP, name };
  const [namespace, account] = name.split('/') as [string, string];
  return { kind, name: account, namespace };
}

const words = (text: string): string[] => text.split(' ');

/** The notation of `bootstrap-policy.ts`. */
export function parseRule(text: string): PolicyRule {
  const match = /^(?<verbs>[^:]+?)(?<paths> paths)?: (?<what>.+?)(?: in (?<groups>.+?))?(?: named (?<names>.+))?$/.exec(text);
  if (!match?.groups) throw new StatusError(500, 'InternalError', `not a rule: ${text}`);
  const { verbs, paths, what, groups, names } = match.groups as Record<string, string | undefined>;
  if (paths) return { verbs: words(verbs!), apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: words(what!) };
  return {
    verbs: words(verbs!),
    apiGroups: words(groups ?? 'core').map((group) => (group === 'core' ? '' : group)),
    resources: words(what!),
    resourceNames: names === undefined ? [] : words(names),
    nonResourceURLs: [],
  };
}

/** On the wire: verbs first, empty lists left out. */
export function ruleObject({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): JsonObject {
  return {
    verbs: [...verbs],
    ...(apiGroups.length > 0 && { apiGroups: [...apiGroups] }),
    ...(resources.length > 0 && { resources: [...resources] }),
    ...(resourceNames.length > 0 && { resourceNames: [...resourceNames] }),
    ...(nonResourceURLs.length > 0 && { nonResourceURLs: [...nonResourceURLs] }),
  };
}
