/** Every served resource: the built-in rows of the profile, and what CustomResourceDefinitions add while running. */
import { apiVersionOf, type GroupVersion, type GroupVersionKind, type GroupVersionResource } from '../schemas/group-version.js';
import { isKnownType } from '../schemas/kinds.js';
import type { RemoteVersion } from './aggregation/remote-version.js';
import type { Resource } from './resource.js';

const keyOf = (gvr: GroupVersionResource): string => `${gvr.group}/${gvr.version}/${gvr.resource}`;

const NONE: readonly RemoteVersion[] = [];

export class Registry {
  readonly #builtins = new Map<string, Resource>();
  readonly #builtinVersions = new Map<string, Set<string>>();
  readonly #custom = new Map<string, Map<string, Resource>>();
  /** Keys in `#custom`, by cluster and definition. */
  readonly #customKeys = new Map<string, Map<string, string[]>>();
  /** By cluster and definition. */
  readonly #announced = new Map<string, Map<string, readonly GroupVersion[]>>();
  /** By cluster. */
  readonly #remote = new Map<string, readonly RemoteVersion[]>();
  readonly #listeners = new Set<(cluster: string) => void>();
  /** Moves whenever a cluster's discovery or OpenAPI may have changed. */
  readonly #generations = new Map<string, number>();

  addBuiltin(resource: Resource): void {
    const { group, version } = resource.gvk;
    this.#builtins.set(keyOf({ group, version, resource: resource.kind.plural }), resource);
    const versions = this.#builtinVersions.get(group);
    if (versions) versions.add(version);
    else this.#builtinVersions.set(group, new Set([version]));
  }

  /** Replaces the resources that one CRD serves in `cluster` (an empty list withdraws them); the old ones are retired by their owner. */
  setCustom(cluster: string, crdName: string, resources: readonly Resource[]): void {
    const own = this.#custom.get(cluster) ?? new Map<string, Resource>();
    this.#custom.set(cluster, own);
    const keys = this.#customKeys.get(cluster) ?? new Map<string, string[]>();
    this.#customKeys.set(cluster, keys);
    for (const key of keys.get(crdName) ?? []) own.delete(key);
    keys.delete(crdName);
    const added = resources.map((resource) => [keyOf({ ...resource.gvk, resource: resource.kind.plural }), resource] as const);
    for (const [key, resource] of added) own.set(key, resource);
    if (added.length > 0)
      keys.set(
        crdName,
        added.map(([key]) => key),
      );
    this.#changed(cluster);
  }

  /** Replaces the group-versions that discovery names on behalf of one CRD, whether or not it serves anything there (F2). */
  announce(cluster: string, crdName: string, versions: readonly GroupVersion[]): void {
    const all = this.#announced.get(cluster) ?? new Map<string, readonly GroupVersion[]>();
    this.#announced.set(cluster, all);
    const before = all.get(crdName) ?? [];
    if (before.map(apiVersionOf).join() === versions.map(apiVersionOf).join()) return;
    if (versions.length > 0) all.set(crdName, versions);
    else all.delete(crdName);
    this.#changed(cluster);
  }
  announced(cluster: string): GroupVersion[] {
    return [...(this.#announced.get(cluster)?.values() ?? [])].flat();
  }

  /** Replaces what other servers serve in `cluster`. */
  setRemote(cluster: string, versions: readonly RemoteVersion[]): void {
    this.#remote.set(cluster, versions);
    this.#generations.set(cluster, this.generation(cluster) + 1);
  }
  remote(cluster: string): readonly RemoteVersion[] {
    return this.#remote.get(cluster) ?? NONE;
  }

  find(cluster: string, gvr: GroupVersionResource): Resource | undefined {
    return this.#builtins.get(keyOf(gvr)) ?? this.#custom.get(cluster)?.get(keyOf(gvr));
  }
  findKind(cluster: string, apiVersion: string, kind: string): Resource | undefined {
    const matches = (r: Resource): boolean => r.gvk.kind === kind && apiVersionOf(r.gvk) === apiVersion;
    return this.builtins().find(matches) ?? this.custom(cluster).find(matches);
  }
  /** Whether the server has types for a kind, lists too, served or not (R4.17, R4.18). */
  knowsType(gvk: GroupVersionKind): boolean {
    return isKnownType(gvk);
  }
  builtins(): Resource[] {
    return [...this.#builtins.values()];
  }
  custom(cluster: string): Resource[] {
    return [...(this.#custom.get(cluster)?.values() ?? [])];
  }
  all(cluster: string): Resource[] {
    return [...this.builtins(), ...this.custom(cluster)];
  }
  isBuiltinGroup(group: string): boolean {
    return this.#builtinVersions.has(group);
  }
  hasBuiltinVersion(group: string, version: string): boolean {
    return this.#builtinVersions.get(group)?.has(version) ?? false;
  }
  generation(cluster: string): number {
    return this.#generations.get(cluster) ?? 0;
  }
  #changed(cluster: string): void {
    this.#generations.set(cluster, this.generation(cluster) + 1);
    for (const listener of this.#listeners) listener(cluster);
  }
  onChange(listener: (cluster: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
