/** The APIServices of every cluster by group and version, as of the last commit. */
import { parseKey, resourcePrefix } from '../../storage/keys.js';
import type { Entry } from '../../storage/entry.js';
import type { Store } from '../../storage/store.js';
import { storedObject } from '../codec.js';
import { API_SERVICES, type ApiService, apiServiceOf, isRemote, type RemoteService } from './api-service.js';

export interface ApiServiceIndex {
  /** Of a group and version that another server serves. */
  remote(cluster: string, group: string, version: string): RemoteService | undefined;
  remotes(): RemoteService[];
  all(cluster: string): ApiService[];
  close(): void;
}

/** `onChange` is called after a change, with what there is now; not for those that are there already. */
export function createApiServiceIndex(
  store: Store,
  onChange: (cluster: string, service: ApiService | undefined, name: string) => void,
): ApiServiceIndex {
  const byKey = new Map<string, ApiService>();
  const remotes = new Map<string, RemoteService>();
  const take = (entry: Entry, isGone: boolean): void => {
    const { cluster } = parseKey(entry.key);
    const before = byKey.get(entry.key);
    if (before && isRemote(before)) remotes.delete(pathOf(before.cluster, before.group, before.version));
    byKey.delete(entry.key);
    if (isGone) return;
    const service = apiServiceOf(storedObject(entry), cluster, entry.revision);
    byKey.set(entry.key, service);
    if (isRemote(service)) remotes.set(pathOf(cluster, service.group, service.version), service);
  };
  const prefix = resourcePrefix(API_SERVICES);
  const { entries, watcher } = store.cacher(prefix).listAndWatch({
    prefix,
    onEvents: (events) => {
      for (const { type, entry } of events) {
        take(entry, type === 'DELETED');
        const { cluster, name } = parseKey(entry.key);
        onChange(cluster, byKey.get(entry.key), name);
      }
    },
    onClose: () => {},
  });
  for (const entry of entries) take(entry, false);
  watcher.resume();
  return {
    remote: (cluster, group, version) => (remotes.size === 0 ? undefined : remotes.get(pathOf(cluster, group, version))),
    remotes: () => [...remotes.values()],
    all: (cluster) => [...byKey.values()].filter((service) => service.cluster === cluster),
    close: () => watcher.stop(),
  };
}

const pathOf = (cluster: string, group: string, version: string): string => `${cluster}/${group}/${version}`;
