/** A cache of one kind that is kept up to date, and tells what changes. Objects in it are shared, and frozen: copy before changing one. */
import { frozen, type JsonObject } from '../schemas/json-value.js';
import type { Client, SelectOptions } from './client.js';
import { type Clock, systemClock } from './clock.js';
import type { Logger } from './logger.js';
import { type KindReference, type KubeObject, keyName, keyOf, kindName, type ObjectKey } from './object.js';
import { reflect } from './reflector.js';

export type InformerEvent<T> =
  | { type: 'added'; object: T }
  | { type: 'updated'; object: T; old: T }
  /** `object` is the last state known, which after a gap may not be the very last. */
  | { type: 'deleted'; object: T };

export interface InformerOptions<T> extends Omit<SelectOptions, 'signal'> {
  client: Client;
  kind: KindReference;
  log: Logger;
  clock?: Clock;
  /** Names of index → the values an object has in it. */
  indexes?: Record<string, (object: T) => string[]>;
  /** Tells everything again as `updated` this often. */
  resyncMs?: number;
  metadataOnly?: boolean;
  /** What of an object is kept, for caches of many large ones. */
  transform?(object: T): T;
}

export interface Informer<T> {
  readonly kind: KindReference;
  start(): void;
  /** Ends the watch and forgets the cache; resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** Resolves after the first list; false when stopped before. */
  synced(): Promise<boolean>;
  hasSynced(): boolean;
  has(key: ObjectKey): boolean;
  get(key: ObjectKey): T | undefined;
  list(namespace?: string): T[];
  byIndex(index: string, value: string): T[];
  /** More of them, at any time. @throws Error for a name that stands for another function already */
  addIndexes(indexes: Record<string, (object: T) => string[]>): void;
  /** Tells what there is as `added` first. The returned function takes the handler back. */
  onEvent(handler: (event: InformerEvent<T>) => void): () => void;
}

export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { kind, log, clock = systemClock, indexes = {}, resyncMs } = options;
  const objects = new Map<string, T>();
  const handlers = new Set<(event: InformerEvent<T>) => void>();
  const index = createIndex({ ...indexes, [byNamespace]: ({ metadata }: T) => [metadata.namespace ?? ''] });
  const stopping = new AbortController();
  let settleFirstList: (listed: boolean) => void;
  const firstList = new Promise<boolean>((resolve) => {
    settleFirstList = resolve;
  });
  let running: Promise<void> | undefined;
  let synced = false;
  let cancelResync = () => {};

  const tell = (event: InformerEvent<T>) => {
    for (const handler of handlers) call(handler, event);
  };
  const call = (handler: (event: InformerEvent<T>) => void, event: InformerEvent<T>) => {
    try {
      handler(event);
    } catch (error) {
      log.error({ kind: kindName(kind), object: keyName(keyOf(event.object)), err: error }, 'event handler failed');
    }
  };
  const indexed = (name: string, value: string) => index.names(name, value).flatMap((objectName) => objects.get(objectName) ?? []);
  const remove = (name: string, old: T, last = old) => {
    objects.delete(name);
    index.remove(name, old);
    tell({ type: 'deleted', object: last });
  };
  const store = (incoming: T) => {
    const object = unchangeable(incoming);
    const name = keyName(keyOf(object));
    const old = objects.get(name);
    if (old && old.metadata.uid !== object.metadata.uid) {
      remove(name, old);
      store(incoming);
      return;
    }
    if (old && old.metadata.resourceVersion === object.metadata.resourceVersion) return;
    objects.set(name, object);
    index.remove(name, old);
    index.add(name, object);
    tell(old ? { type: 'updated', object, old } : { type: 'added', object });
  };
  const resync = () => {
    if (resyncMs === undefined) return;
    cancelResync = clock.after(resyncMs, () => {
      for (const object of objects.values()) tell({ type: 'updated', object, old: object });
      resync();
    });
  };

  return {
    kind,
    start() {
      if (running || stopping.signal.aborted) return;
      resync();
      running = reflect<T>(
        { ...options, signal: stopping.signal, clock },
        {
          replace(items) {
            const names = new Set(items.map((item) => keyName(keyOf(item))));
            for (const [name, old] of [...objects]) if (!names.has(name)) remove(name, old);
            for (const item of items) store(item);
            synced = true;
            settleFirstList(true);
          },
          change(type, object) {
            if (type !== 'DELETED') {
              store(object);
              return;
            }
            const name = keyName(keyOf(object));
            const old = objects.get(name);
            if (old) remove(name, old, unchangeable(object));
          },
        },
      );
    },
    async stop() {
      stopping.abort();
      cancelResync();
      settleFirstList(false);
      handlers.clear();
      await running;
      objects.clear();
      index.clear();
    },
    synced: () => firstList,
    hasSynced: () => synced,
    has: (key) => objects.has(keyName(key)),
    get: (key) => objects.get(keyName(key)),
    list: (namespace) => (namespace === undefined ? [...objects.values()] : indexed(byNamespace, namespace)),
    byIndex: indexed,
    addIndexes: (more) => index.define(more, objects),
    onEvent(handler) {
      handlers.add(handler);
      for (const object of objects.values()) call(handler, { type: 'added', object });
      return () => void handlers.delete(handler);
    },
  };
}

const unchangeable = <T extends KubeObject>(object: T): T => frozen(object as unknown as JsonObject) as unknown as T;
const byNamespace = 'namespace';

/** Per index: value → names of the objects that have it. */
function createIndex<T>(indexes: Record<string, (object: T) => string[]>) {
  interface Entry {
    name: string;
    valuesOf(object: T): string[];
    names: Map<string, Set<string>>;
  }
  const entries: Entry[] = [];
  const addTo = ({ valuesOf, names }: Entry, objectName: string, object: T) => {
    for (const value of valuesOf(object)) {
      const members = names.get(value);
      if (members) members.add(objectName);
      else names.set(value, new Set([objectName]));
    }
  };
  const define = (more: Record<string, (object: T) => string[]>, objects: Iterable<[string, T]>) => {
    for (const [name, valuesOf] of Object.entries(more)) {
      const known = entries.find((entry) => entry.name === name);
      if (known && known.valuesOf !== valuesOf) throw new Error(`there is another index ${JSON.stringify(name)} already`);
      if (known) continue;
      const entry: Entry = { name, valuesOf, names: new Map() };
      entries.push(entry);
      for (const [objectName, object] of objects) addTo(entry, objectName, object);
    }
  };
  define(indexes, []);
  return {
    define,
    add(objectName: string, object: T) {
      for (const entry of entries) addTo(entry, objectName, object);
    },
    remove(objectName: string, object: T | undefined) {
      if (object === undefined) return;
      for (const { valuesOf, names } of entries) {
        for (const value of valuesOf(object)) {
          const members = names.get(value);
          members?.delete(objectName);
          if (members?.size === 0) names.delete(value);
        }
      }
    },
    names(index: string, value: string): string[] {
      const entry = entries.find(({ name }) => name === index);
      if (!entry) throw new Error(`no index ${JSON.stringify(index)}; there are: ${entries.map(({ name }) => name).join(', ') || 'none'}`);
      return [...(entry.names.get(value) ?? [])];
    },
    clear() {
      for (const { names } of entries) names.clear();
    },
  };
}
