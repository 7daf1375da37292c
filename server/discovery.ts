/** Discovery documents, legacy and aggregated (rest.md §9), from the registry's rows. */
import { createHash } from 'node:crypto';
import { apiVersionOf, compareVersions, type GroupVersion } from '../schemas/group-version.js';
import type { JsonObject, JsonValue } from '../schemas/json-value.js';
import { BUILTIN_GROUPS, type Kind, storageVersionHash, type Subresource } from '../schemas/kinds.js';

import type { RemoteVersion } from './aggregation/remote-version.js';
import { priorityOf } from './bootstrap/api-services.js';
import type { Registry } from './registry.js';
import type { Resource } from './resource.js';

/** Resources by group and version, in the order of R9.7 and R9.8. */
interface Group {
  name: string;
  versions: Version[];
}
interface Version {
  version: string;
  resources: Resource[];
  /** Another server has its resources. */
  remote?: RemoteVersion;
}

/** No definition of the version has its names yet: its group names it all the same. */
const isEmpty = ({ resources, remote }: Version): boolean => resources.length === 0 && !remote;

function groupsOf(registry: Registry, cluster: string): Group[] {
  const byGroup = new Map<string, Map<string, Resource[]>>();
  for (const resource of registry.all(cluster)) {
    const { group, version } = resource.gvk;
    const versions = byGroup.get(group) ?? new Map<string, Resource[]>();
    byGroup.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), resource]);
  }
  for (const { group, version } of registry.announced(cluster)) {
    if (registry.isBuiltinGroup(group)) continue;
    const versions = byGroup.get(group) ?? new Map<string, Resource[]>();
    byGroup.set(group, versions);
    if (!versions.has(version)) versions.set(version, []);
  }
  const groups: Group[] = [];
  for (const { group, versions } of BUILTIN_GROUPS) {
    const found = byGroup.get(group);
    byGroup.delete(group);
    if (found)
      groups.push({ name: group, versions: versions.flatMap((v) => (found.has(v) ? [{ version: v, resources: found.get(v)! }] : [])) });
  }
  for (const group of [...byGroup.keys()].sort()) {
    const found = byGroup.get(group)!;
    const versions = [...found.keys()].sort(compareVersions);
    groups.push({ name: group, versions: versions.map((version) => ({ version, resources: found.get(version)! })) });
  }
  const remote = registry.remote(cluster);
  return remote.length ? withRemote(groups, remote) : groups;
}

const groupPriority = ({ name, versions }: Group): number => {
  if (name === '' || name === 'apiregistration.k8s.io') return Number.POSITIVE_INFINITY;
  return Math.max(...versions.map(({ version, remote }) => remote?.groupPriority ?? priorityOf(name, version).group));
};

/** F4: what another server serves takes the place of what this one would; groups and versions in the order of their priorities. */
function withRemote(groups: readonly Group[], remotes: readonly RemoteVersion[]): Group[] {
  const all = groups.map(({ name, versions }) => ({ name, versions: [...versions] }));
  const others: Group[] = [];
  for (const remote of remotes) {
    let group = [...all, ...others].find(({ name }) => name === remote.group);
    if (!group) {
      group = { name: remote.group, versions: [] };
      others.push(group);
    }
    group.versions = [
      ...group.versions.filter(({ version }) => version !== remote.version),
      { version: remote.version, resources: [], remote },
    ];
    const { name } = group;
    const priority = (each: Version): number => each.remote?.versionPriority ?? priorityOf(name, each.version).version;
    group.versions.sort((a, b) => priority(b) - priority(a) || compareVersions(a.version, b.version));
  }
  for (const group of others) {
    const priority = groupPriority(group);
    const at = all.findIndex((each) => groupPriority(each) < priority || (groupPriority(each) === priority && each.name > group.name));
    all.splice(at < 0 ? all.length : at, 0, group);
  }
  return all;
}

/** `/api` (R9.1) */
export function coreVersions(serverAddress: string): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] };
}

function groupEntry({ name, versions }: Group): JsonObject {
  const entries = versions.map(({ version }) => ({ groupVersion: apiVersionOf({ group: name, version }), version }));
  return { name, versions: entries, preferredVersion: entries[0]! };
}

/** `/apis` (R9.2) */
export function groupList(registry: Registry, cluster: string): JsonObject {
  const groups = groupsOf(registry, cluster).filter((group) => group.name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupEntry) };
}

/** `/apis/<group>` (R9.3); undefined: no such group. */
export function groupDocument(registry: Registry, cluster: string, name: string): JsonObject | undefined {
  const group = groupsOf(registry, cluster).find((g) => g.name === name && name !== '');
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
}

/** `/api/v1`, `/apis/<group>/<version>` (R9.4, R9.5); undefined: not served. */
export function resourceList(registry: Registry, cluster: string, gv: GroupVersion): JsonObject | undefined {
  const found = groupsOf(registry, cluster)
    .find((group) => group.name === gv.group)
    ?.versions.find(({ version }) => version === gv.version);
  if (!found || isEmpty(found)) return undefined;
  return {
    kind: 'APIResourceList',
    ...(gv.group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(gv),
    resources: sorted(found.resources).flatMap(resourceEntries),
  };
}

/** Built-ins by name, subresources among them; custom resources as they came. */
const sorted = (resources: Resource[]): Resource[] =>
  [...resources].sort((a, b) => (a.isCustom || b.isCustom ? 0 : a.kind.plural < b.kind.plural ? -1 : 1));

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const TERMINATING_VERBS = ['delete', 'deletecollection', 'get', 'list', 'watch'];

function verbsOf(resource: Resource): string[] {
  if (!resource.isCustom) return [...resource.kind.verbs].sort();
  return resource.isTerminating ? TERMINATING_VERBS : CUSTOM_VERBS;
}

function resourceEntries(resource: Resource): JsonObject[] {
  const { kind } = resource;
  const hash = storageVersionHash(kind);
  const shown = resource.isTerminating ? [] : kind.subresources;
  return [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: verbsOf(resource),
      ...(kind.shortNames.length && { shortNames: [...kind.shortNames] }),
      ...(kind.categories.length && { categories: [...kind.categories] }),
      ...(hash && { storageVersionHash: hash }),
    },
    ...shown.map((sub) => ({
      name: `${kind.plural}/${sub.name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...foreign(kind, sub),
      kind: sub.kind.kind,
      verbs: [...sub.verbs],
    })),
  ];
}

/** Group and version of a subresource's kind, where they are not the resource's own. */
function foreign(kind: Kind, { kind: other }: Subresource): JsonObject {
  return other.group === kind.group && other.version === kind.version ? {} : { group: other.group, version: other.version };
}

/** Aggregated discovery (R9.21) of `/api` (the core group alone) or `/apis`. */
export function aggregated(registry: Registry, cluster: string, isCore: boolean): JsonObject {
  const groups = groupsOf(registry, cluster)
    .filter((group) => (group.name === '') === isCore)
    .map(({ name, versions }) => ({ name, versions: versions.filter((version) => !isEmpty(version)) }))
    .filter(({ versions }) => versions.length > 0);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: (group.name === '' ? {} : { name: group.name }) as JsonObject,
      versions: group.versions.map(aggregatedVersion),
    })),
  };
}

function aggregatedVersion({ version, resources, remote }: Version): JsonObject {
  if (!remote) return { version, resources: sorted(resources).map(aggregatedResource), freshness: 'Current' };
  const known = remote.resources && { resources: [...remote.resources] };
  return { version, ...known, freshness: remote.isCurrent ? 'Current' : 'Stale' };
}

function aggregatedResource(resource: Resource): JsonObject {
  const { kind } = resource;
  const subresources = resource.isTerminating ? [] : kind.subresources;
  return {
    resource: kind.plural,
    responseKind: responseKind(resource, kind),
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: verbsOf(resource),
    ...(kind.shortNames.length && { shortNames: [...kind.shortNames] }),
    ...(kind.categories.length && { categories: [...kind.categories] }),
    ...(subresources.length && {
      subresources: subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: responseKind(resource, sub.kind),
        verbs: [...sub.verbs],
      })),
    }),
  };
}

/** Built-ins leave group and version out where they are the enclosing ones; custom resources spell them out. */
function responseKind({ isCustom, gvk }: Resource, kind: { group: string; version: string; kind: string }): JsonObject {
  const isOwn = kind.group === gvk.group && kind.version === gvk.version;
  return isOwn && !isCustom ? { group: '', version: '', kind: kind.kind } : { group: kind.group, version: kind.version, kind: kind.kind };
}

/** R9.23 */
export function etagOf(document: JsonValue): string {
  return createHash('sha512').update(JSON.stringify(document)).digest('hex').toUpperCase();
}
