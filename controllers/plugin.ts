/** A plugin: kinds, what they may contain, and what makes them true. One module, one default export. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AdmissionHook } from './admission.js';
import type { KindManifest } from './kind.js';
import { checkPermission, type Permission } from './permission.js';
import type { Context, Controller, Runnable, Source } from './reconciler.js';
import { checkFields } from './strict-fields.js';

export interface PluginDefinition {
  /** A DNS label; it is in every message about the plugin, and the field manager of what it writes. */
  name: string;
  /** CustomResourceDefinitions, from `defineKind` or as they are. */
  kinds?: KindManifest[];
  admission?: AdmissionHook[];
  controllers?: (Controller | Runnable)[];
  /** What it does beyond reading its controllers' sources; its role is written from this when it runs by itself. */
  permissions?: Permission[];
  /** The last check before the start; throw what is wrong. */
  validate?(context: Context): Promise<void> | void;
}

/** Known to every copy of this module: a plugin may bring its own. */
const checked = Symbol.for('kurma/plugin');
/** Made by `definePlugin` only. */
export type Plugin = Readonly<PluginDefinition>;

export type Phase = 'load' | 'provision' | 'validate' | 'start' | 'stop';

/** A failure of one plugin; the others go on. */
export class PluginError extends Error {
  readonly plugin: string;
  readonly phase: Phase;
  constructor(plugin: string, phase: Phase, cause: unknown) {
    super(`plugin ${JSON.stringify(plugin)} failed to ${phase}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'PluginError';
    this.plugin = plugin;
    this.phase = phase;
  }
}

const pluginFields = ['name', 'kinds', 'admission', 'controllers', 'permissions', 'validate'];
const sourceFields = ['apiVersion', 'kind', 'namespace', 'labelSelector', 'fieldSelector', 'metadataOnly', 'keep', 'indexes', 'predicate'];
const controllerFields = ['name', 'for', 'owns', 'watches', 'concurrency', 'resyncMs', 'reconcile'];
const runnableFields = ['name', 'run'];
const hookFields = ['name', 'resources', 'operations', 'mutate', 'validate'];

/** No side effects. @throws TypeError that names the plugin and the field */
export function definePlugin(definition: PluginDefinition): Plugin {
  const { name, kinds = [], admission = [], controllers = [], permissions = [] } = definition;
  if (typeof name !== 'string' || name.length > 63 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    throw new TypeError(`plugin ${JSON.stringify(name)}: the name must be a DNS label, such as "my-plugin"`);
  }
  const where = `plugin ${JSON.stringify(name)}`;
  checkFields(definition, pluginFields, where);
  for (const manifest of kinds) {
    if (manifest?.kind !== 'CustomResourceDefinition')
      throw new TypeError(`${where}: kinds: a CustomResourceDefinition is wanted (see defineKind)`);
  }
  for (const hook of admission) checkHook(hook, `${where}: admission hook ${JSON.stringify(hook.name)}`);
  for (const controller of controllers) checkController(controller, `${where}: controller ${JSON.stringify(controller.name)}`);
  for (const permission of permissions) checkPermission(permission, `${where}: permissions`);
  checkUnique(controllers, `${where}: controllers`);
  checkUnique(admission, `${where}: admission`);
  return Object.freeze({ ...definition, [checked]: true });
}

/**
 * Imports a module, TypeScript included, and takes its default export.
 * @throws PluginError (phase `load`) whose plugin is the path, for want of a name
 */
export async function loadPlugin(path: string): Promise<Plugin> {
  try {
    if (/\.m?ts$/.test(path)) await import('./typescript.js');
    const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
    const plugin = module.default;
    if (!isPlugin(plugin)) throw new Error('its default export is not made by definePlugin');
    return plugin;
  } catch (error) {
    throw new PluginError(path, 'load', error);
  }
}

export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && checked in value;
}

function checkController(controller: Controller | Runnable, where: string): void {
  if (typeof controller.name !== 'string' || controller.name === '') throw new TypeError(`${where}: name is missing`);
  if ('run' in controller) {
    checkFields(controller, runnableFields, where);
    checkFunction(controller.run, `${where}: run`);
    return;
  }
  checkFields(controller, controllerFields, where);
  checkFunction(controller.reconcile, `${where}: reconcile`);
  checkSource(controller.for, sourceFields, `${where}: for`);
  for (const source of controller.owns ?? []) checkSource(source, sourceFields, `${where}: owns`);
  for (const source of controller.watches ?? []) {
    checkSource(source, [...sourceFields, 'map'], `${where}: watches`);
    checkFunction(source.map, `${where}: watches: map`);
  }
}

function checkSource(source: Source | undefined, fields: string[], where: string): void {
  if (typeof source !== 'object' || source === null) throw new TypeError(`${where}: an object with apiVersion and kind is wanted`);
  checkFields(source, fields, where);
  if (!source.apiVersion || !source.kind) throw new TypeError(`${where}: apiVersion and kind are wanted`);
}

function checkHook(hook: AdmissionHook, where: string): void {
  checkFields(hook, hookFields, where);
  if (typeof hook.name !== 'string' || hook.name === '') throw new TypeError(`${where}: name is missing`);
  if (!Array.isArray(hook.resources) || !Array.isArray(hook.operations))
    throw new TypeError(`${where}: resources and operations are wanted`);
  if (!hook.mutate && !hook.validate) throw new TypeError(`${where}: mutate or validate is wanted`);
  for (const step of [hook.mutate, hook.validate]) if (step !== undefined) checkFunction(step, where);
}

function checkFunction(value: unknown, where: string): void {
  if (typeof value !== 'function') throw new TypeError(`${where}: a function is wanted`);
}

function checkUnique(named: { name: string }[], where: string): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) throw new TypeError(`${where}: ${JSON.stringify(name)} is there twice`);
    seen.add(name);
  }
}
