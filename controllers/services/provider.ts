/** A provider: a few functions against a runtime, turned into a plugin with the whole life of a managed service. */
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import type { AdmissionHook } from '../admission.js';
import type { KindManifest } from '../kind.js';
import type { KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Runnable } from '../reconciler.js';
import { checkFields } from '../strict-fields.js';
import { bindingController } from './binding-controller.js';
import {
  bindingKind,
  defineOrderKind,
  offeringKind,
  serviceKinds,
  type ServiceOffering,
  servicesFinalizer,
  servicesGroup,
} from './kinds.js';
import { orderController } from './order-controller.js';
import { providerPermissions } from './permissions.js';
import { orderKindOf, type ProviderDefinition } from './provider-definition.js';

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
