/** The objects of a kind as plugins need them: compiled once each, and right from the moment a change is committed (C3.16). */
import type { GroupResource } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { parseKey, resourcePrefix } from '../../storage/keys.js';
import type { Entry } from '../../storage/entry.js';
import type { Store } from '../../storage/store.js';
import { sharedObject } from './stored.js';

export interface Followed<T> {
  /** Sorted by name; the same array as long as nothing changes. */
  of(cluster: string): readonly T[];
  close(): void;
}

/** `onChange` is called for the cluster of each change, and at the start of each that has something. */
export function followed<T>(
  store: Store,
  gr: GroupResource,
  compile: (object: JsonObject) => T,
  onChange: (cluster: string) => void = () => {},
): Followed<T> {
  const prefix = resourcePrefix(gr);
  const clusters = new Map<string, Map<string, Entry>>();
  const compiled = new WeakMap<Entry, T>();
  const lists = new Map<string, readonly T[]>();
  const take = (entry: Entry, isGone: boolean): void => {
    const { cluster, name } = parseKey(entry.key);
    const entries = clusters.get(cluster) ?? new Map<string, Entry>();
    clusters.set(cluster, entries);
    if (isGone) entries.delete(name);
    else entries.set(name, entry);
    lists.delete(cluster);
    onChange(cluster);
  };
  const { entries, watcher } = store.cacher(prefix).listAndWatch({
    prefix,
    onEvents: (events) => {
      for (const { type, entry } of events) take(entry, type === 'DELETED');
    },
    onClose: () => {},
  });
  for (const entry of entries) take(entry, false);
  watcher.resume();

  const compiledOf = (entry: Entry): T => {
    const known = compiled.get(entry);
    if (known !== undefined) return known;
    const made = compile(sharedObject(entry));
    compiled.set(entry, made);
    return made;
  };
  return {
    of(cluster) {
      const known = lists.get(cluster);
      if (known) return known;
      const named = [...(clusters.get(cluster) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      const list = named.map(([, entry]) => compiledOf(entry));
      lists.set(cluster, list);
      return list;
    },
    close: () => watcher.stop(),
  };
}
