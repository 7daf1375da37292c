/** What verbs work with: the parts of a server, put together by `app.ts`, and one request. */
import type { JsonObject } from '../schemas/json-value.js';
import type { Store } from '../storage/store.js';
import type { AdmissionChain } from './admission.js';
import type { AuditTrail } from './audit/index.js';
import type { Authorizer } from './auth/authorizer.js';
import type { AuthServices } from './auth/services.js';
import type { UserInfo } from './auth/user-info.js';
import type { Output } from './negotiation.js';
import type { Chance } from './chance.js';
import type { Query } from './query.js';
import type { Registry } from './registry.js';
import type { RequestInfo } from './request-info.js';
import type { Status } from '../schemas/status.js';
import type { Resource } from './resource.js';
import type { Entry } from '../storage/entry.js';

export interface Api {
  store: Store;
  registry: Registry;
  admission: AdmissionChain;
  authorizer: Authorizer;
  auth: AuthServices;
  chance: Chance;
  /** Whether the log has a key in a form that the next write is to replace, even one that changes nothing (G1.1). */
  isStale(key: string): boolean;
}

export interface Request {
  api: Api;
  info: RequestInfo;
  method: string;
  query: Query;
  header(name: string): string | undefined;
  body: Buffer;
  user: UserInfo;
  output: Output;
  /** Adds a Warning header (R11.4). */
  warn(text: string | undefined): void;
  /** What is recorded of it; undefined: nothing. */
  audit?: AuditTrail;
  /** Told how many events of a watch were sent. */
  onEvents?(count: number): void;
  /** Aborted when the client has gone or the server stops. */
  signal: AbortSignal;
}

/** One answer before it is encoded in the form that was negotiated. */
export type Answer =
  | { type: 'object'; code: number; resource: Resource; object: JsonObject }
  | { type: 'entry'; code: number; resource: Resource; entry: Entry }
  | {
      type: 'list';
      resource: Resource;
      entries: readonly Entry[];
      /** undefined: of nothing that is stored. */
      revision: number | undefined;
      continue: string | undefined;
      remaining: number | undefined;
    }
  | { type: 'status'; code: number; status: Status }
  | { type: 'empty'; code: 204 }
  | { type: 'watch'; contentType: string; start(sink: WatchSink): void };

/** Where a watch writes; each of the frames is one whole event or several, and all who watch alike are given the same. `write` returns false when the socket's buffer is full; `drained` is called when it is empty again. */
export interface WatchSink {
  write(frames: readonly Buffer[]): boolean;
  end(): void;
  onDrain(listener: () => void): void;
  signal: AbortSignal;
}
