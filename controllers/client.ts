/** The Client every controller is handed; `createClient` (transport-client.ts) makes one from a Transport. Failures are StatusErrors. */
import type { JsonObject, JsonValue } from '../schemas/json-value.js';
import type { Kind } from './kind-types.js';
import type { KindReference, KubeObject, ObjectKey, ObjectList } from './object.js';
import type { TransportRequest, TransportResponse, User } from './transport.js';

/** What the server says about a kind (discovery). */
export interface ApiResource {
  group: string;
  version: string;
  /** Plural. */
  resource: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

export interface Discovery {
  /** `preferred`: whether `version` is the one its group prefers. */
  resources: (ApiResource & { preferred: boolean })[];
  /** Group-versions that could not be discovered, such as those of a dead aggregated server. */
  failures: { groupVersion: string; message: string }[];
}

export interface CallOptions {
  signal?: AbortSignal;
}

export interface WriteOptions extends CallOptions {
  fieldManager?: string;
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  dryRun?: boolean;
  /** `status`, `scale`, `finalize` … */
  subresource?: string;
}

export interface ApplyOptions extends WriteOptions {
  fieldManager: string;
  /** Take fields over from other managers instead of failing with a Conflict. */
  force?: boolean;
}

export type Patch =
  | { type: 'json'; patch: { op: string; path: string; from?: string; value?: JsonValue }[] }
  | { type: 'merge' | 'strategic'; patch: JsonObject };

export interface DeleteOptions extends CallOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
}

export interface SelectOptions extends CallOptions {
  /** All namespaces when absent. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface ListOptions extends SelectOptions {
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  /** Fetch `metadata` only. */
  metadataOnly?: boolean;
}

export interface WatchOptions extends SelectOptions {
  /** Start after this version; unset means: everything there is as ADDED, then what follows. */
  resourceVersion?: string;
  metadataOnly?: boolean;
}

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

export interface Client {
  /** @throws StatusError NotFound */
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: CallOptions & { metadataOnly?: boolean }): Promise<T>;
  /** As `get`, but undefined where the object does not exist. */
  find<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: CallOptions & { metadataOnly?: boolean }): Promise<T | undefined>;
  /** One page (all of it without `limit`). Items carry apiVersion and kind. */
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /** Every page in turn; the caller starts anew when a continue token has expired (410). */
  pages<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): AsyncIterable<ObjectList<T>>;
  create<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  /** @throws StatusError Conflict when the object's resourceVersion is no longer the newest */
  update<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T>;
  /** The answer is the object, or a Status when it is gone at once. */
  delete(kind: KindReference, key: ObjectKey, options?: DeleteOptions): Promise<JsonObject>;
  /** The answer is the list of what was there. With a `limit` only so many are deleted, and the list tells how to go on. */
  deleteCollection(
    kind: KindReference,
    options?: SelectOptions & DeleteOptions & Pick<ListOptions, 'limit' | 'continue'>,
  ): Promise<JsonObject>;
  /**
   * Reopens itself after the last version seen whenever the stream ends or breaks, so it neither loses nor repeats an event
   * (without a resourceVersion, the initial ADDED events start over when they are interrupted).
   * Objects of events are frozen, since all who watch share them.
   * It ends when `signal` aborts or the loop is left, and throws a StatusError (410 Expired) when the version is too old to go on from.
   */
  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** The resource that serves a kind, asking the server anew for kinds not yet known; undefined when it serves none. */
  resourceFor(kind: KindReference): Promise<ApiResource | undefined>;
  /** All resources of all versions, fresh from the server. */
  discover(options?: CallOptions): Promise<Discovery>;
  /** Any other request, for paths that are no objects. @throws StatusError for every answer of 400 and above */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** The same client acting for another user. */
  as(user: User): Client;
}
