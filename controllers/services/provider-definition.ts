/** What a provider says of itself. */
import type { JsonObject } from '../../schemas/json-value.js';
import type { KindReference } from '../object.js';
import type { Permission } from '../permission.js';
import type { Context } from '../reconciler.js';
import type { OrderKindDefinition, Plan } from './kinds.js';
import type { BindingValues, Credential, Observation, Order } from './order.js';

export interface Offering {
  displayName?: string;
  description: string;
  /** The `type` of bindings' Secrets; the provider's name where absent. */
  type?: string;
  plans?: Plan[];
  documentation?: string;
  contact?: string;
}

/** What the conformance suite needs to try a provider. */
export interface Samples<S, F> {
  /** The spec of a small order, and another that the same order may change to. */
  spec: Partial<S> & { plan?: string };
  changed: Partial<S> & { plan?: string };
  /** Does to the capability what somebody might do behind the provider's back. */
  damage?(order: Order<S, F>): Promise<void>;
}

/**
 * `S` is the order's spec, `F` the facts in its status. Each function may be called again after a crash or a lost answer, with the
 * same `order.id`: it makes things so, whatever is there already, and throws what went wrong.
 */
export interface ProviderDefinition<S = JsonObject, F = JsonObject> {
  /** A DNS label; the name of the plugin and of the offering. */
  name: string;
  offering: Offering;
  order: OrderKindDefinition;
  /** How often what exists is looked at, beside every change; 30 s where absent. */
  driftSeconds?: number;
  /** Orders worked on at the same time; 4 where absent. */
  concurrency?: number;
  /** What the schema cannot say; undefined when all is well. */
  validate?(spec: S): string | undefined;
  /** Facts to be recorded before anything is made, such as a port. Called once in an order's life, or again after a crash. */
  prepare?(order: Order<S, F>, context: Context): Promise<Partial<F>> | Partial<F>;
  /** Makes the capability of `order.id`. */
  create(order: Order<S, F>, context: Context): Promise<void>;
  /** Looks at the capability; undefined where there is none. No effects. */
  observe(order: Order<S, F>, context: Context): Promise<Observation<F> | undefined>;
  /** Makes the capability as it is wanted; called when `observe` says what differs. */
  update?(order: Order<S, F>, context: Context): Promise<void>;
  /** Takes the capability away; nothing to do where it is gone. */
  delete(order: Order<S, F>, context: Context): Promise<void>;
  /** Makes the credential valid, with this password from now on, and tells how to connect. */
  bind?(order: Order<S, F>, credential: Credential, context: Context): Promise<BindingValues>;
  /** Makes the credential invalid; nothing to do where it is unknown. */
  unbind?(order: Order<S, F>, credential: Pick<Credential, 'id' | 'parameters'>, context: Context): Promise<void>;
  /** Uses the capability as a client does, with nothing but the values of the Secret; throws when that fails. */
  probe?(connection: BindingValues): Promise<void>;
  /** The ids of all capabilities there are. */
  list?(): Promise<string[]>;
  /** What its functions do with the client of their context; what the kit does is known. */
  permissions?: Permission[];
  samples?: Samples<S, F>;
}

/** The kind of a provider's orders. */
export function orderKindOf({ order }: Pick<ProviderDefinition, 'order'>): KindReference {
  return { apiVersion: `${order.group}/${order.version}`, kind: order.kind };
}
