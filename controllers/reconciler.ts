/** What a controller is made of: what it looks at, and the function that makes it so. */
import type { Client } from './client.js';
import type { Clock } from './clock.js';
import type { EventRecorder } from './events.js';
import type { Kind } from './kind-types.js';
import type { Informer, InformerEvent } from './informer.js';
import type { Logger } from './logger.js';
import type { KindReference, KubeObject, ObjectKey } from './object.js';

/** The object to reconcile: a key, never an event. What happened is found by looking. */
export type Request = ObjectKey;

/** Nothing: done until something changes. A failure is thrown, and tried again after a back-off. */
export interface Result {
  /** Look again after this time even if nothing changes. */
  requeueAfterMs?: number;
}

export interface Context {
  /** Its name, which owns what it applies. */
  plugin: string;
  client: Client;
  log: Logger;
  events: EventRecorder;
  clock: Clock;
  /** Aborts when the plugin stops. */
  signal: AbortSignal;
  /** The shared cache of a kind, or of a source, kept up to date from the first call on. Wait for `synced()`; copy its objects before changing them. */
  cache<T extends KubeObject>(source: Source & Kind<T>): Informer<T>;
}

export type Reconcile = (request: Request, context: Context) => Promise<Result | undefined> | Promise<void>;

/** Objects that are looked at. */
export interface Source extends KindReference {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Nothing but the metadata of an object is asked for: type and metadata are all that its cache has. */
  metadataOnly?: boolean;
  /** What of an object its cache keeps, for large ones of which little is looked at. Sources with the same function share a cache. */
  keep?(object: KubeObject): KubeObject;
  /** For `cache(kind).byIndex(name, value)`: the values that an object has in the index of that name. */
  indexes?: Record<string, (object: KubeObject) => string[]>;
  /** Events that matter; all of them where absent. */
  predicate?(event: InformerEvent<KubeObject>): boolean;
}

export interface MappedSource extends Source {
  /** Whom a change of `object` concerns. */
  map(object: KubeObject, context: Context): Request[];
}

export interface Controller {
  /** Unique in its plugin. */
  name: string;
  /** The kind whose objects are reconciled. */
  for: Source;
  /** Kinds of objects it makes: a change concerns the owner that is marked as their controller. */
  owns?: Source[];
  watches?: MappedSource[];
  /** Objects reconciled at the same time; never the same twice. */
  concurrency?: number;
  /** Reconcile everything this often, beside the events. */
  resyncMs?: number;
  reconcile: Reconcile;
}

/** Work that is no reconciling of keys. It runs until the signal aborts; a failure is logged and it is run again. */
export interface Runnable {
  name: string;
  run(context: Context): Promise<void>;
}

export function isController(controller: Controller | Runnable): controller is Controller {
  return 'reconcile' in controller;
}
