/** The admission chain: one ordered table of plugins, mutating first, then validating (objects.md C1). */
import type { JsonObject } from '../schemas/json-value.js';
import type { UserInfo } from './auth/user-info.js';
import type { Api, Request } from './api.js';
import type { Resource } from './resource.js';
import { type Steps, settled } from './steps.js';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** One write on its way to the store, as admission sees it. Mutating plugins change `object` in place or replace it. */
export interface Attributes {
  api: Api;
  operation: Operation;
  resource: Resource;
  subresource: string;
  cluster: string;
  namespace: string;
  /** The request's name; in the validating phase of a create the final one. */
  name: string;
  object: JsonObject | undefined;
  oldObject: JsonObject | undefined;
  user: UserInfo;
  dryRun: boolean;
  /** CreateOptions, UpdateOptions, DeleteOptions … as webhooks get them. */
  options: JsonObject;
  warn(text: string): void;
  request: Request;
}

/** The attributes of a write: what the request says, and `own`, what the verb knows. Without a name or namespace of its own it is the URL's. */
export function attributesOf(
  request: Request,
  resource: Resource,
  own: Pick<Attributes, 'operation' | 'subresource' | 'object' | 'oldObject' | 'dryRun' | 'options'> &
    Partial<Pick<Attributes, 'name' | 'namespace'>>,
): Attributes {
  const { api, info, user, warn } = request;
  return { api, resource, cluster: info.cluster, namespace: info.namespace, name: info.name, user, warn, request, ...own };
}

export interface AdmissionPlugin {
  name: string;
  /** Both throw a StatusError to refuse; a promise where something outside must be asked. */
  admit?(attributes: Attributes): void | Promise<void>;
  validate?(attributes: Attributes): void | Promise<void>;
}

export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }
  *admit(attributes: Attributes): Steps<void> {
    for (const plugin of this.#plugins) if (plugin.admit) yield* settled(plugin.admit(attributes));
  }
  *validate(attributes: Attributes): Steps<void> {
    for (const plugin of this.#plugins) if (plugin.validate) yield* settled(plugin.validate(attributes));
  }
}
