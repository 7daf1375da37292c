/** A provider: a few functions against a runtime, turned into a plugin with the whole life of a managed service. */
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import type { AdmissionHook } from '../admission.js';
import type { KindManifest } from '../kind.js';
import type { KindReference, KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Permission } from '../rbac.js';
import type { Context, Runnable } from '../reconciler.js';
import { checkFields } from '../strict-fields.js';
import { bindingController } from './binding-controller.js';
import {
  bindingKind,
  servicesGroup,
  defineOrderKind,
  type OrderKindDefinition,
  offeringKind,
  type Plan,
  type ServiceOffering,
  serviceKinds,
  servicesFinalizer,
} from './kinds.js';
import { orderController } from './order-controller.js';
import type { BindingValues, Credential, Observation, Order } from './order.js';
import { providerPermissions } from './permissions.js';

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

const definitionFields: (keyof ProviderDefinition)[] = [
  'name',
  'offering',
  'order',
  'driftSeconds',
  'concurrency',
  'validate',
  'prepare',
  'create',
  'observe',
  'update',
  'delete',
  'bind',
  'unbind',
  'probe',
  'list',
  'permissions',
  'samples',
];
const neededFunctions = ['create', 'observe', 'delete'] as const;

/** Known to every copy of this module, as the mark of plugins is. */
const definitionKey = Symbol.for('kurma/provider');

/** @throws TypeError that names the provider and the field */
export function defineProvider<S = JsonObject, F = JsonObject>(definition: ProviderDefinition<S, F>): Plugin {
  const where = `provider ${JSON.stringify(definition.name)}`;
  checkFields(definition, definitionFields, where);
  for (const name of neededFunctions) if (typeof definition[name] !== 'function') throw new TypeError(`${where}: ${name} is missing`);
  if (!definition.bind !== !definition.unbind) throw new TypeError(`${where}: bind and unbind belong together`);
  if (!definition.offering?.description) throw new TypeError(`${where}: offering.description is missing`);
  const provider = definition as unknown as ProviderDefinition;
  const { name, offering, order } = provider;
  const manifest = defineOrderKind(order, offering.plans);
  return definePlugin({
    name,
    kinds: [...serviceKinds, manifest],
    admission: [heldFromBirth(provider, manifest)],
    controllers: [orderController(provider), ...(provider.bind ? [bindingController(provider)] : []), publisher(provider)],
    permissions: providerPermissions(provider, manifest),
    ...{ [definitionKey]: definition },
  });
}

/** What `defineProvider` was given; undefined for other plugins. */
export function providerOf(plugin: Plugin): ProviderDefinition | undefined {
  return (plugin as Plugin & { [definitionKey]?: ProviderDefinition })[definitionKey];
}

/** The kind of a provider's orders. */
export function orderKindOf({ order }: Pick<ProviderDefinition, 'order'>): KindReference {
  return { apiVersion: `${order.group}/${order.version}`, kind: order.kind };
}

/** In the server's process new orders and bindings have the finalizer at once, which saves a write of each; elsewhere the controller adds it. */
function heldFromBirth(provider: ProviderDefinition, { spec }: KindManifest): AdmissionHook {
  const { group, names } = spec as { group: string; names: { plural: string } };
  const order = { group, resource: names.plural };
  const ours = orderKindOf(provider);
  // Nobody has validated it yet.
  const isOurs = ({ spec }: JsonObject) =>
    isObject(spec) &&
    isObject(spec['service']) &&
    spec['service']['kind'] === ours.kind &&
    spec['service']['apiVersion'] === ours.apiVersion;
  return {
    name: 'finalizer',
    resources: [order, ...(provider.bind ? [{ group: servicesGroup, resource: 'servicebindings' }] : [])],
    operations: ['CREATE'],
    mutate({ object = {}, kind }) {
      if (kind === bindingKind.kind && !isOurs(object)) return undefined;
      const { metadata } = object as unknown as KubeObject;
      if (metadata.finalizers?.includes(servicesFinalizer)) return undefined;
      metadata.finalizers = [...(metadata.finalizers ?? []), servicesFinalizer];
      return object;
    },
  };
}

/** Puts the offering into the catalogue. */
function publisher({ name, offering, order, bind }: ProviderDefinition): Runnable {
  const object: ServiceOffering = {
    ...offeringKind,
    metadata: { name },
    spec: {
      displayName: offering.displayName ?? name,
      description: offering.description,
      type: offering.type ?? name,
      order: { apiVersion: `${order.group}/${order.version}`, kind: order.kind },
      bindable: bind !== undefined,
      plans: offering.plans ?? [],
      parameters: { type: 'object', properties: order.spec, ...(order.required && { required: order.required }) },
      ...(offering.documentation && { documentation: offering.documentation }),
      ...(offering.contact && { contact: offering.contact }),
    },
  };
  return {
    name: 'offering',
    run: async ({ client }) => void (await client.apply(object, { fieldManager: name, force: true })),
  };
}
