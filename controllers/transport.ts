/**
 * The one thing that differs between a controller in the server's process and one far away. Everything above it
 * (paths, paging, errors, resuming watches) is the same code: `transport-client.ts`.
 */
import type { JsonValue } from '../schemas/json-value.js';

/** On whose behalf a request is made; over HTTP it becomes impersonation headers. */
export interface User {
  username: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Without query, each segment percent-encoded: `/api/v1/namespaces/default/configmaps`. */
  path: string;
  query?: Record<string, string>;
  /** Lower-case names. */
  headers?: Record<string, string>;
  body?: JsonValue;
  signal?: AbortSignal;
  user?: User;
}

export interface TransportResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Parsed when the answer is JSON, else its text. */
  body: JsonValue;
}

export interface TransportEvent {
  type: string;
  object: JsonValue;
}

/** Iterated once. It ends when the server ends the stream and throws when it breaks; `close` frees it at once, any number of times. */
export interface WatchStream extends AsyncIterable<TransportEvent> {
  close(): void;
}

/**
 * `request` resolves with any status (a Status body included) and rejects only when there is no answer at all.
 * `watch` opens lazily; an answer other than 200 is thrown by the iteration as a StatusError.
 */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>;
  watch(request: TransportRequest): WatchStream;
  /** Objects to ask for at once when a list is read page by page; 500 where it does not say. */
  readonly pageSize?: number;
  /** Closes idle connections. */
  close?(): void;
}
