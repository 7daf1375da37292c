/** One controller at work: events of its sources → keys in a queue → reconcile. */
import { StatusError } from '../schemas/status.js';
import type { Informer, InformerEvent } from './informer.js';
import { type ControllerMeasure, createReconcileMeter } from './measure.js';
import { controllerOf, groupOf, type KubeObject, keyName, keyOf, kindName } from './object.js';
import type { Context, Controller, MappedSource, Request, Source } from './reconciler.js';
import { consume, createWorkQueue } from './workqueue.js';

export interface ControllerEnvironment {
  context: Context;
  /** The shared informer of a source, started. */
  informer(source: Source): Informer<KubeObject>;
}

export interface RunningController {
  /** Resolves when what is being reconciled has finished. */
  stop(): Promise<void>;
  measure(): Omit<ControllerMeasure, 'plugin' | 'controller'>;
}

const backoff = { backoffBaseMs: 100, backoffMaxMs: 60_000 };

/** Resolves when the caches are filled and the workers run; undefined when stopped before. @throws StatusError when the kind's scope cannot be asked for */
export async function startController(controller: Controller, environment: ControllerEnvironment): Promise<RunningController | undefined> {
  const { context } = environment;
  const queue = createWorkQueue<Request>({ key: keyName, clock: context.clock, ...backoff });
  const releases: (() => void)[] = [];
  const stopped = () => {
    for (const release of releases) release();
    queue.shutDown();
  };

  const sources: MappedSource[] = [
    { ...controller.for, map: (object) => [keyOf(object)] },
    ...(await ownedSources(controller, context)),
    ...(controller.watches ?? []),
  ];
  const informers = sources.map((source) => environment.informer(source));
  for (const [i, source] of sources.entries()) {
    releases.push(informers[i]!.onEvent((event) => enqueue(source, event)));
  }
  if (controller.resyncMs !== undefined) releases.push(resync(controller.resyncMs));

  function enqueue(source: MappedSource, event: InformerEvent<KubeObject>): void {
    if (source.predicate && !source.predicate(event)) return;
    for (const request of source.map(event.object, context)) queue.add(request);
    if (event.type === 'updated') for (const request of source.map(event.old, context)) queue.add(request);
  }
  function resync(everyMs: number): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = context.clock.after(everyMs, () => {
        for (const object of informers[0]!.list()) queue.add(keyOf(object));
        again();
      });
    };
    again();
    return () => cancel();
  }

  const synced = await Promise.all(informers.map((informer) => informer.synced()));
  if (synced.includes(false) || context.signal.aborted) {
    stopped();
    return undefined;
  }
  const { concurrency = 1 } = controller;
  const meter = createReconcileMeter();
  const working = consume(queue, concurrency, async (request) => {
    const ended = meter.begin();
    try {
      const result = await controller.reconcile(request, context);
      ended(result?.requeueAfterMs === undefined ? 'success' : 'requeue_after');
      queue.forget(request);
      if (result?.requeueAfterMs !== undefined) queue.addAfter(request, result.requeueAfterMs);
    } catch (error) {
      ended('error');
      if (context.signal.aborted) return;
      report(error, request, context, queue.failures(request));
      queue.addRateLimited(request);
    }
  });
  return {
    async stop() {
      stopped();
      await working;
    },
    measure: () => ({ ...meter.read(), concurrency, queue: { depth: queue.length, adds: queue.adds, retries: queue.retries } }),
  };
}

/** Losing a race for an object is the ordinary course of things; everything else deserves to be seen. */
function report(error: unknown, request: Request, { log }: Context, failures: number): void {
  const isRace = error instanceof StatusError && error.reason === 'Conflict';
  log[isRace ? 'debug' : 'error']({ object: keyName(request), failures: failures + 1, err: error }, 'reconcile failed');
}

/** A change of an owned object concerns the owner of the controller's kind; of a cluster-scoped owner the namespace is not the object's. */
async function ownedSources(controller: Controller, { client }: Context): Promise<MappedSource[]> {
  if (!controller.owns?.length) return [];
  const resource = await client.resourceFor(controller.for);
  if (!resource) throw new Error(`controller ${JSON.stringify(controller.name)}: ${kindName(controller.for)} is not served`);
  const group = groupOf(controller.for.apiVersion);
  return controller.owns.map((source) => ({
    ...source,
    map(object) {
      const owner = controllerOf(object);
      if (!owner || owner.kind !== controller.for.kind || groupOf(owner.apiVersion) !== group) return [];
      const { namespace } = object.metadata;
      return [{ name: owner.name, ...(resource.namespaced && namespace && { namespace }) }];
    },
  }));
}
