/**
 * The roles and bindings of every cluster, compiled and indexed by subject. It follows their committed state in the same turn in which it is
 * committed, so that a change counts for the very next request (E6.7).
 */
import { parseKey, resourcePrefix } from '../../../storage/keys.js';
import type { Entry } from '../../../storage/entry.js';
import type { Store } from '../../../storage/store.js';
import { storedObject } from '../../codec.js';
import type { UserInfo } from '../user-info.js';
import { type Binding, bindingOf, type PolicyRule, RBAC_GROUP, type RoleRef, rulesOfRole, userOfSubject } from './policy.js';

type BindingsByName = Map<string, Set<Binding>>;

/** Bindings of one scope by whom they name. */
interface Scope {
  users: BindingsByName;
  groups: BindingsByName;
}

interface ClusterPolicy {
  clusterRoles: Map<string, readonly PolicyRule[]>;
  /** By `namespace/name`. */
  roles: Map<string, readonly PolicyRule[]>;
  clusterBindings: Scope;
  /** By namespace. */
  bindings: Map<string, Scope>;
}

export interface PolicyIndex {
  /**
   * Shows `visit` every binding that names the user and applies in `namespace` (`''`: those of the cluster only), cluster bindings first, until
   * it returns false. One that names the user twice may come twice.
   */
  visit(cluster: string, user: UserInfo, namespace: string, visit: (binding: Binding) => boolean): void;
  /** The rules of a role as a binding in `namespace` names it; undefined if there is none. */
  rules(cluster: string, namespace: string, ref: RoleRef): readonly PolicyRule[] | undefined;
  close(): void;
}

const scope = (): Scope => ({ users: new Map(), groups: new Map() });

export function createPolicyIndex(store: Store): PolicyIndex {
  const clusters = new Map<string, ClusterPolicy>();
  const known = new Map<string, Binding>();
  const of = (cluster: string): ClusterPolicy => {
    let policy = clusters.get(cluster);
    if (!policy) {
      policy = { clusterRoles: new Map(), roles: new Map(), clusterBindings: scope(), bindings: new Map() };
      clusters.set(cluster, policy);
    }
    return policy;
  };
  const takeRole = (entry: Entry, isGone: boolean): void => {
    const { cluster, namespace, name } = parseKey(entry.key);
    const policy = of(cluster);
    const [roles, key] = namespace === '' ? [policy.clusterRoles, name] : [policy.roles, `${namespace}/${name}`];
    if (isGone) roles.delete(key);
    else roles.set(key, rulesOfRole(storedObject(entry)));
  };
  const takeBinding = (entry: Entry, isGone: boolean): void => {
    const { cluster, namespace } = parseKey(entry.key);
    const scopes = scopeOf(of(cluster), namespace);
    const before = known.get(entry.key);
    if (before) unlist(scopes, before);
    known.delete(entry.key);
    if (isGone) return;
    const binding = bindingOf(entry.key, storedObject(entry));
    known.set(entry.key, binding);
    list(scopes, binding);
  };
  const stops = [
    follow(store, 'clusterroles', takeRole),
    follow(store, 'roles', takeRole),
    follow(store, 'clusterrolebindings', takeBinding),
    follow(store, 'rolebindings', takeBinding),
  ];
  return {
    visit(cluster, user, namespace, visit) {
      const policy = clusters.get(cluster);
      if (!policy || !visitScope(policy.clusterBindings, user, visit) || namespace === '') return;
      const own = policy.bindings.get(namespace);
      if (own) visitScope(own, user, visit);
    },
    rules(cluster, namespace, { kind, name }) {
      const policy = clusters.get(cluster);
      return kind === 'ClusterRole' ? policy?.clusterRoles.get(name) : policy?.roles.get(`${namespace}/${name}`);
    },
    close: () => {
      for (const stop of stops) stop();
    },
  };
}

function scopeOf(policy: ClusterPolicy, namespace: string): Scope {
  if (namespace === '') return policy.clusterBindings;
  const own = policy.bindings.get(namespace) ?? scope();
  policy.bindings.set(namespace, own);
  return own;
}

function follow(store: Store, resource: string, take: (entry: Entry, isGone: boolean) => void): () => void {
  const prefix = resourcePrefix({ group: RBAC_GROUP, resource });
  const { entries, watcher } = store.cacher(prefix).listAndWatch({
    prefix,
    onEvents: (events) => {
      for (const { type, entry } of events) take(entry, type === 'DELETED');
    },
    onClose: () => {},
  });
  for (const entry of entries) take(entry, false);
  watcher.resume();
  return () => watcher.stop();
}

function placesOf(scopes: Scope, { subjects }: Binding): [BindingsByName, string][] {
  const places: [BindingsByName, string][] = [];
  for (const subject of subjects) {
    const user = userOfSubject(subject);
    if (subject.kind === 'Group') places.push([scopes.groups, subject.name]);
    else if (user !== undefined) places.push([scopes.users, user]);
  }
  return places;
}

function list(scopes: Scope, binding: Binding): void {
  for (const [names, name] of placesOf(scopes, binding)) {
    const own = names.get(name);
    if (own) own.add(binding);
    else names.set(name, new Set([binding]));
  }
}

function unlist(scopes: Scope, binding: Binding): void {
  for (const [names, name] of placesOf(scopes, binding)) {
    const own = names.get(name);
    own?.delete(binding);
    if (own?.size === 0) names.delete(name);
  }
}

/** False: `visit` has seen enough. */
function visitScope({ users, groups }: Scope, user: UserInfo, visit: (binding: Binding) => boolean): boolean {
  const own = users.get(user.name);
  if (own) for (const binding of own) if (!visit(binding)) return false;
  for (const group of user.groups) {
    const theirs = groups.get(group);
    if (theirs) for (const binding of theirs) if (!visit(binding)) return false;
  }
  return true;
}
