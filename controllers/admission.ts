/** Admission inside the server's process: a plugin's say in the writes of its kinds. The server calls the hooks in the order of the plugins. */
import type { JsonObject } from '../schemas/json-value.js';
import type { User } from './transport.js';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface AdmissionRequest {
  operation: Operation;
  group: string;
  version: string;
  resource: string;
  kind: string;
  subresource: string;
  namespace: string;
  name: string;
  /** Absent on DELETE. */
  object?: JsonObject;
  /** Absent on CREATE. */
  oldObject?: JsonObject;
  user: User;
  dryRun: boolean;
}

export interface AdmissionHook {
  /** Unique in its plugin. */
  name: string;
  /** Group and plural, both may be `*`. */
  resources: { group: string; resource: string }[];
  operations: Operation[];
  /** The object in its place; undefined leaves it as it is. */
  mutate?(request: AdmissionRequest): JsonObject | undefined | Promise<JsonObject | undefined>;
  /** Why the request is refused (403); undefined lets it pass. */
  validate?(request: AdmissionRequest): string | undefined | Promise<string | undefined>;
}
