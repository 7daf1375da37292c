/**
 * Runs plugins: provision (kinds) → validate → start → stop in reverse. Each plugin fails for itself, with its name and the phase in
 * the error; the others and the process go on.
 */
import type { Client } from './client.js';
import { type Clock, sleep, systemClock } from './clock.js';
import { isConditionTrue } from './conditions.js';
import { type RunningController, startController } from './controller.js';
import { createEventRecorder } from './events.js';
import { createInformer, type Informer } from './informer.js';
import type { KindManifest } from './kind.js';
import type { ControllerMeasure } from './measure.js';
import { type Logger, silentLogger } from './logger.js';
import { type Condition, type KubeObject, keyOf, kindName } from './object.js';
import { type Phase, type Plugin, PluginError } from './plugin.js';
import { type Context, type Controller, isController, type Runnable, type Source } from './reconciler.js';

export interface ManagerOptions {
  /** The client of all plugins, or one for each. */
  client: Client | ((plugin: Plugin) => Client);
  plugins: readonly Plugin[];
  log?: Logger;
  clock?: Clock;
  /** How long the kinds of a plugin may take to be served, and its caches to be filled. */
  startMs?: number;
  /** How long what is being reconciled may take to finish when it shall stop; then it is left behind. */
  stopMs?: number;
}

export interface PluginState {
  name: string;
  phase: 'new' | 'running' | 'failed' | 'stopped';
  error?: PluginError;
}

export interface Manager {
  /** Starts the plugins in their order; resolves when each runs or has failed. Never rejects. */
  start(): Promise<PluginState[]>;
  /** Stops them in reverse order; resolves when nothing runs any more. Never rejects. */
  stop(): Promise<void>;
  states(): PluginState[];
  /** What the controllers of all plugins have done so far. */
  measures(): ControllerMeasure[];
}

interface Entry {
  plugin: Plugin;
  state: PluginState;
  environment: Environment;
  /** What stops the controllers started so far. */
  undo: (() => Promise<void>)[];
  measures: (() => ControllerMeasure)[];
}
type Environment = ReturnType<typeof createEnvironment>;

export function createManager(options: ManagerOptions): Manager {
  const { log = silentLogger, clock = systemClock, startMs = 10_000, stopMs = 10_000 } = options;
  const clientOf = typeof options.client === 'function' ? options.client : () => options.client as Client;
  const entries = options.plugins.map(
    (plugin): Entry => ({
      plugin,
      state: { name: plugin.name, phase: 'new' },
      environment: createEnvironment(plugin, clientOf(plugin), log.child({ plugin: plugin.name }), clock),
      undo: [],
      measures: [],
    }),
  );
  let stopped = false;

  /** One phase of one plugin; a plugin that fails in it is taken down and takes no part in the next. */
  const attempt = async (entry: Entry, phase: Phase, step: (entry: Entry) => Promise<void>): Promise<void> => {
    if (stopped || entry.state.phase !== 'new') return;
    try {
      await step(entry);
    } catch (cause) {
      entry.state.phase = 'failed';
      entry.state.error = new PluginError(entry.plugin.name, phase, cause);
      log.error({ plugin: entry.plugin.name, phase, err: cause }, entry.state.error.message);
      await takeDown(entry);
    }
  };
  const start = async ({ plugin, state, environment, undo, measures }: Entry): Promise<void> => {
    for (const controller of plugin.controllers ?? []) {
      const started = await environment.start(controller);
      if (!started) continue;
      undo.push(started.stop);
      const { measure } = started;
      if (measure) measures.push(() => ({ plugin: plugin.name, controller: controller.name, ...measure() }));
    }
    if (stopped) return;
    state.phase = 'running';
    log.info({ plugin: plugin.name }, 'plugin started');
  };
  const takeDown = async ({ plugin, environment, undo }: Entry): Promise<void> => {
    environment.abort();
    for (const step of [environment.stop, ...undo.splice(0)].reverse()) {
      try {
        await within(stopMs, clock, step(), 'it has not stopped');
      } catch (cause) {
        log.error({ plugin: plugin.name, err: cause }, new PluginError(plugin.name, 'stop', cause).message);
      }
    }
  };

  return {
    async start() {
      const starting: Promise<void>[] = [];
      for (const entry of entries) {
        await attempt(entry, 'provision', ({ plugin, environment }) => provision(environment.context, plugin, startMs));
        await attempt(entry, 'validate', ({ plugin, environment }) => validate(environment.context, plugin));
        // Not awaited yet: one that hangs must not hold up the others, which may need what this one does.
        starting.push(attempt(entry, 'start', (starting) => within(startMs, clock, start(starting), 'its caches are not filled')));
      }
      await Promise.all(starting);
      return entries.map(({ state }) => state);
    },
    async stop() {
      stopped = true;
      for (const entry of [...entries].reverse()) {
        await takeDown(entry);
        if (entry.state.phase !== 'failed') entry.state.phase = 'stopped';
      }
    },
    states: () => entries.map(({ state }) => state),
    measures: () => entries.flatMap(({ measures }) => measures.map((measure) => measure())),
  };
}

/** Rejects when `work` takes longer. */
async function within(ms: number, clock: Clock, work: Promise<void>, what: string): Promise<void> {
  const done = new AbortController();
  const limit = sleep(clock, ms, done.signal).then(() => {
    if (!done.signal.aborted) throw new Error(`${what} within ${ms / 1000} s`);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    done.abort();
  }
}

/** What the controllers of one plugin share: the client, one cache per kind and selection, the signal that ends them. */
function createEnvironment({ name: plugin }: Plugin, client: Client, log: Logger, clock: Clock) {
  const stopping = new AbortController();
  const informers = new Map<Source['keep'], Map<string, Informer<KubeObject>>>();
  const informer = (source: Source): Informer<KubeObject> => {
    const { apiVersion, kind, namespace, labelSelector, fieldSelector, metadataOnly, keep } = source;
    const key = JSON.stringify([apiVersion, kind, namespace, labelSelector, fieldSelector, metadataOnly]);
    const alike = informers.get(keep) ?? new Map<string, Informer<KubeObject>>();
    informers.set(keep, alike);
    let shared = alike.get(key);
    if (!shared) {
      const selection = {
        ...(namespace && { namespace }),
        ...(labelSelector && { labelSelector }),
        ...(fieldSelector && { fieldSelector }),
        ...(metadataOnly && { metadataOnly }),
        ...(keep && { transform: keep }),
      };
      shared = createInformer({ client, kind: { apiVersion, kind }, log, clock, ...selection });
      alike.set(key, shared);
      shared.start();
    }
    if (source.indexes) shared.addIndexes(source.indexes);
    return shared;
  };
  const contextOf = (component: string): Context => ({
    plugin,
    client,
    log: log.child({ controller: component }),
    events: createEventRecorder({ client, component, log, clock }),
    clock,
    signal: stopping.signal,
    cache: <T extends KubeObject>(source: Source) => informer(source) as unknown as Informer<T>,
  });
  return {
    context: contextOf('plugin'),
    async start(controller: Controller | Runnable): Promise<(Pick<RunningController, 'stop'> & Partial<RunningController>) | undefined> {
      const context = contextOf(controller.name);
      if (isController(controller)) return startController(controller, { context, informer });
      const running = keepRunning(controller, context);
      return { stop: () => running };
    },
    abort: () => stopping.abort(),
    async stop() {
      await Promise.all([...informers.values()].flatMap((alike) => [...alike.values()].map((shared) => shared.stop())));
    },
  };
}

/** Runs again what fails, later and later. */
async function keepRunning({ run }: Runnable, context: Context): Promise<void> {
  for (let failures = 0; !context.signal.aborted; failures++) {
    try {
      await run(context);
      return;
    } catch (error) {
      if (context.signal.aborted) return;
      context.log.error({ err: error, failures: failures + 1 }, 'controller failed');
      await sleep(context.clock, Math.min(60_000, 500 * 2 ** failures), context.signal);
    }
  }
}

const crdKind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** Makes the plugin's kinds known and waits until each is served. @throws StatusError, or an Error that names the kind */
async function provision({ client, signal, clock }: Context, { name, kinds = [] }: Plugin, startMs: number): Promise<void> {
  for (const manifest of kinds) {
    await client.apply<KubeObject>(manifest, { fieldManager: name, force: true, signal });
    await established(client, manifest, clock, AbortSignal.any([signal, AbortSignal.timeout(startMs)]));
  }
}

async function established(client: Client, manifest: KindManifest, clock: Clock, signal: AbortSignal): Promise<void> {
  let conditions: Condition[] = [];
  while (!signal.aborted) {
    const stored = await client.get<KubeObject & { status?: { conditions?: Condition[] } }>(crdKind, keyOf(manifest));
    conditions = stored.status?.conditions ?? [];
    if (isConditionTrue(conditions, 'Established')) return;
    await sleep(clock, 100, signal);
  }
  const reasons = conditions.filter(({ status }) => status !== 'True').map(({ type, message }) => `${type}: ${message}`);
  throw new Error(`kind ${manifest.metadata.name} is not established${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`);
}

/** Every kind a controller names must be served. @throws Error that names the controller and the kind */
async function validate(context: Context, plugin: Plugin): Promise<void> {
  for (const controller of plugin.controllers ?? []) {
    if (!isController(controller)) continue;
    for (const source of [controller.for, ...(controller.owns ?? []), ...(controller.watches ?? [])]) {
      if (!(await context.client.resourceFor(source))) {
        throw new Error(`controller ${JSON.stringify(controller.name)}: kind ${kindName(source)} is not served`);
      }
    }
  }
  await plugin.validate?.(context);
}
