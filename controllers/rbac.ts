/** What a plugin may do when it runs by itself, written from its declaration: a service account, its roles, and their bindings. */
import { groupOf, type KindReference, type KubeObject } from './object.js';
import type { Permission } from './permission.js';
import type { Plugin } from './plugin.js';
import { isController } from './reconciler.js';

export interface AccessOptions {
  /** Of the service account, and of the Lease. */
  namespace?: string;
  /** With what `--leader-elect` needs. */
  leaderElect?: boolean;
}

const rbacGroup = 'rbac.authorization.k8s.io';
const readVerbs = ['get', 'list', 'watch'];

/**
 * What the plugin needs: its kinds provisioned, its sources read, events written, and the permissions it declares.
 * Rules that differ in their verbs only are one.
 */
export function permissionsOf({ kinds = [], controllers = [], permissions = [] }: Plugin): Permission[] {
  const needed: Permission[] = [];
  const names = kinds.map(({ metadata }) => metadata.name).sort();
  if (names.length > 0) {
    const verbs = ['create', 'get', 'patch'];
    needed.push({ apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], resourceNames: names, verbs });
  }
  for (const controller of controllers.filter(isController)) {
    for (const source of [controller.for, ...(controller.owns ?? []), ...(controller.watches ?? [])]) {
      const { namespace } = source;
      const resources = [resourceOf(source, kinds)];
      needed.push({ apiGroups: [groupOf(source.apiVersion)], resources, verbs: readVerbs, ...(namespace && { namespace }) });
    }
  }
  if (controllers.length > 0) needed.push({ apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] });
  return merged([...needed, ...permissions]);
}

/** The objects to apply, in their order. */
export function accessOf(plugin: Plugin, { namespace = 'default', leaderElect = false }: AccessOptions = {}): KubeObject[] {
  const { name } = plugin;
  const role = `kurma:plugin:${name}`;
  const lease = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespace };
  // A creation is asked for without a name.
  const election = [
    { ...lease, verbs: ['create'] },
    { ...lease, resourceNames: [name], verbs: ['get', 'update'] },
  ];
  const all = [...permissionsOf(plugin), ...(leaderElect ? election : [])];
  const account = { kind: 'ServiceAccount', name, namespace };
  const places = [...new Set(all.map((permission) => permission.namespace ?? ''))].sort();
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    ...places.flatMap((place) => {
      const scope = place === '' ? 'ClusterRole' : 'Role';
      const metadata = { name: role, ...(place !== '' && { namespace: place }) };
      const rules = all.filter((permission) => (permission.namespace ?? '') === place).map(({ namespace: _, ...rule }) => rule);
      const apiVersion = `${rbacGroup}/v1`;
      return [
        { apiVersion, kind: scope, metadata, rules },
        { apiVersion, kind: `${scope}Binding`, metadata, roleRef: { apiGroup: rbacGroup, kind: scope, name: role }, subjects: [account] },
      ];
    }),
  ];
}

/** A plugin's own kinds say their plural; of others it is what Kubernetes takes it for where nobody can be asked. */
export function resourceOf(reference: KindReference, kinds: readonly KubeObject[] = []): string {
  for (const manifest of kinds) {
    const { group, names } = (manifest as KubeObject & { spec: { group: string; names: { kind: string; plural: string } } }).spec;
    if (names.kind === reference.kind && group === groupOf(reference.apiVersion)) return names.plural;
  }
  const name = reference.kind.toLowerCase();
  if (name.endsWith('endpoints')) return name;
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}

function merged(permissions: readonly Permission[]): Permission[] {
  const byTarget = new Map<string, Permission>();
  for (const { verbs, ...target } of permissions) {
    const key = JSON.stringify([target.namespace, target.apiGroups, target.resources, target.resourceNames, target.nonResourceURLs]);
    const known = byTarget.get(key);
    byTarget.set(key, { ...target, verbs: [...new Set([...(known?.verbs ?? []), ...verbs])].sort() });
  }
  return [...byTarget.values()];
}

/** A request as the authorizer of a server sees it. */
export interface AccessRequest {
  verb: string;
  group: string;
  /** With its subresource: `pods/status`. */
  resource: string;
  name?: string;
  namespace?: string;
}

/** Whether the rule covers the request. */
export function permits({ verbs, apiGroups = [], resources = [], resourceNames, namespace }: Permission, request: AccessRequest): boolean {
  const has = (list: string[], wanted: string) => list.includes('*') || list.includes(wanted);
  return (
    has(verbs, request.verb) &&
    has(apiGroups, request.group) &&
    has(resources, request.resource) &&
    (resourceNames === undefined || (request.name !== undefined && resourceNames.includes(request.name))) &&
    (namespace === undefined || namespace === request.namespace)
  );
}

/** For messages: `patch orders.example.com`. */
export function accessText({ verb, group, resource, name }: AccessRequest): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` ${JSON.stringify(name)}`}`;
}
