/** The admission chain: one ordered table of plugins, mutating first, then validating (objects.md C1). */
import { restoreAfterAdmission } from '../schemas/apply/field-manager.js';
import { managedFieldsOf } from '../schemas/apply/managed-fields.js';
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
  /** Set by a validating plugin, for a create that is no dry run. */
  reservation?: Reservation;
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

/** Room for a new object that is only taken when the object is stored: both in one turn, so that nobody takes it in between. */
export interface Reservation {
  /** Undefined where there is room; else rejects with why there is none. */
  refusal(): Promise<never> | undefined;
  take(): void;
}

/** What the mutating plugins of one write remember of its first round in the second (C3.14). */
export class Rounds {
  isSecond = false;
  /** Something outside the plugins of the server changed the object: all of them look at it once more. */
  isAnotherWanted = false;
  #memory: Map<string, unknown> | undefined;

  /** What `plugin` remembers of this write. */
  of<T>(plugin: string, make: () => T): T {
    this.#memory ??= new Map();
    const known = this.#memory.get(plugin) as T | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#memory.set(plugin, made);
    return made;
  }
}

export interface AdmissionPlugin {
  name: string;
  /** Both throw a StatusError to refuse; a promise where something outside must be asked. */
  admit?(attributes: Attributes, rounds: Rounds): void | Promise<void>;
  validate?(attributes: Attributes): void | Promise<void>;
  /** Stops following what it is configured with. */
  close?(): void;
}

export class AdmissionChain {
  readonly #mutating: readonly AdmissionPlugin[];
  readonly #validating: readonly AdmissionPlugin[];
  readonly #plugins: readonly AdmissionPlugin[];
  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
    this.#mutating = plugins.filter((plugin) => plugin.admit);
    this.#validating = plugins.filter((plugin) => plugin.validate);
  }

  /** The mutating phase: once, or twice where a policy or webhook changed the object. */
  *admit(attributes: Attributes): Steps<void> {
    const { object } = attributes;
    const before = object && managedFieldsOf(object);
    const rounds = new Rounds();
    yield* this.#round(attributes, rounds);
    if (rounds.isAnotherWanted) {
      rounds.isSecond = true;
      yield* this.#round(attributes, rounds);
      const warning = attributes.object && restoreAfterAdmission(attributes.object, before);
      if (warning !== undefined) attributes.warn(warning);
    }
  }

  *#round(attributes: Attributes, rounds: Rounds): Steps<void> {
    for (const plugin of this.#mutating) {
      const outcome = plugin.admit!(attributes, rounds);
      if (outcome instanceof Promise) yield* settled(outcome);
    }
  }

  *validate(attributes: Attributes): Steps<void> {
    for (const plugin of this.#validating) {
      const outcome = plugin.validate!(attributes);
      if (outcome instanceof Promise) yield* settled(outcome);
    }
  }

  close(): void {
    for (const plugin of this.#plugins) plugin.close?.();
  }
}
