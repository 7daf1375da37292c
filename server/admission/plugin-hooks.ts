/** The admission hooks of plugins in this process, in the order of the plugins. */
import type { AdmissionHook, AdmissionRequest, Plugin } from '../../controllers/index.js';
import { clone } from '../../schemas/json-value.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { type Steps, settled, start } from '../steps.js';
import { denial } from './denial.js';

export interface PluginHooks extends AdmissionPlugin {
  /** Plugins are loaded after the chain was made. */
  add(plugins: readonly Plugin[]): void;
}

export function pluginHooks(): PluginHooks {
  const hooks: AdmissionHook[] = [];
  const matching = (attributes: Attributes): AdmissionHook[] =>
    hooks.length === 0 ? hooks : hooks.filter((hook) => matches(hook, attributes));
  return {
    name: 'PluginHooks',
    isPart: true,
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    add(plugins) {
      for (const plugin of plugins) hooks.push(...(plugin.admission ?? []));
    },
    admit(attributes) {
      const called = matching(attributes).filter((hook) => hook.mutate);
      if (called.length > 0 && attributes.object) return promiseOf(mutate(attributes, called));
    },
    validate(attributes) {
      const called = matching(attributes).filter((hook) => hook.validate);
      if (called.length > 0) return promiseOf(validate(attributes, called));
    },
  };
}

function matches({ resources, operations }: AdmissionHook, { operation, resource }: Attributes): boolean {
  if (operation === 'CONNECT' || !operations.includes(operation)) return false;
  return resources.some(
    (wanted) => ['*', resource.gr.group].includes(wanted.group) && ['*', resource.gr.resource].includes(wanted.resource),
  );
}

/** Waits only for hooks that do. */
function* mutate(attributes: Attributes, hooks: readonly AdmissionHook[]): Steps<void> {
  for (const hook of hooks) {
    const changed = yield* settled(hook.mutate!(requestFor(attributes)));
    if (!changed) continue;
    attributes.resource.schema.conform(changed, []);
    attributes.resource.schema.default(changed);
    attributes.object = changed;
  }
}

function* validate(attributes: Attributes, hooks: readonly AdmissionHook[]): Steps<void> {
  for (const hook of hooks) {
    const why = yield* settled(hook.validate!(requestFor(attributes)));
    if (why !== undefined) throw denial(attributes, why);
  }
}

function promiseOf(steps: Steps<void>): void | Promise<void> {
  const begun = start(steps);
  return begun.done ? undefined : begun.rest();
}

/** Hooks own what they are given. */
function requestFor({ operation, resource, subresource, namespace, name, object, oldObject, user, dryRun }: Attributes): AdmissionRequest {
  return {
    operation: operation as AdmissionRequest['operation'],
    group: resource.gr.group,
    version: resource.gvk.version,
    resource: resource.gr.resource,
    kind: resource.gvk.kind,
    subresource,
    namespace,
    name,
    ...(object && { object: clone(object) }),
    ...(oldObject && { oldObject: clone(oldObject) }),
    user: { username: user.name, groups: [...user.groups], ...(user.uid && { uid: user.uid }) },
    dryRun,
  };
}
