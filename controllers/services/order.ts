/** Orders and credentials as a provider's functions see them. */
import type { JsonObject } from '../../schemas/json-value.js';
import type { Condition, KubeObject } from '../object.js';
import { annotations, type Plan } from './kinds.js';

export interface OrderObject extends KubeObject {
  spec: JsonObject & { plan?: string; deletionPolicy?: 'Delete' | 'Retain' };
  status?: OrderStatus;
}

/** Facts of the provider stand beside these. */
export interface OrderStatus {
  [fact: string]: unknown;
  phase?: string;
  externalId?: string;
  observedGeneration?: number;
  plan?: string;
  lastReconcile?: string;
  usage?: { serial: number; plan: string; since: string };
  conditions?: Condition[];
}

export interface Order<S = JsonObject, F = JsonObject> {
  /** Of the capability: recorded before it is made, unique among all of the provider, good for file names. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** The chosen plan, if the offering has any. */
  readonly plan: string;
  /** What is wanted: the plan's values with the order's own on top. */
  readonly spec: S;
  /** What the status tells of the provider's facts so far. */
  readonly facts: Partial<F>;
}

export interface Observation<F = JsonObject> {
  ready: boolean;
  /** For people, in the Ready condition. */
  message?: string;
  /** What is not as the order wants it, for people; leads to `update`. */
  differs?: string;
  /** For the status. */
  facts?: Partial<F>;
}

export interface Credential {
  /** Unique among all bindings, in lower case letters, digits and `_`; good for a user name. At most 48 characters. */
  readonly id: string;
  readonly password: string;
  /** The binding's own wishes. */
  readonly parameters: JsonObject;
}

/** What goes into a binding's Secret: host, port, username, password, uri … */
export type BindingValues = Record<string, string>;

/** What the provider's functions are given for an object that has its external id. */
export function orderOf(object: OrderObject, plans: readonly Plan[] = []): Order {
  const { metadata, spec, status = {} } = object;
  const plan = spec.plan ?? '';
  return {
    id: status.externalId ?? '',
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    plan,
    spec: { ...plans.find(({ name }) => name === plan)?.values, ...spec },
    facts: status as JsonObject,
  };
}

export function isPaused({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[annotations.paused] === 'true';
}

export function annotationOf({ metadata }: KubeObject, name: string): string | undefined {
  return metadata.annotations?.[name];
}
