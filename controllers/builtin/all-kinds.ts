/** Watches the metadata of every kind the server has, those that come later included. */
import { apiVersionOf, groupResourceName } from '../../schemas/group-version.js';
import { abortWith } from '../abort.js';
import type { ApiResource } from '../client.js';
import { sleep } from '../clock.js';
import type { KindReference, KubeObject } from '../object.js';
import type { Context } from '../reconciler.js';
import { reflect } from '../reflector.js';

export interface AllKindsOptions {
  wanted(resource: ApiResource): boolean;
  observe(kind: KindReference, object: KubeObject): void;
  /** An object has gone, or its kind has. */
  gone(uid: string): void;
  /** Kinds have come or gone. */
  changed(): void;
  /** How often the server is asked for its kinds when no CustomResourceDefinition tells of new ones. */
  rediscoverMs?: number;
}

export interface AllKinds {
  /** Whether every kind has been listed, save those that do not answer. */
  hasSettled(): boolean;
  /** Resolves when it has, or when it is stopped. */
  settled(): Promise<void>;
  /** Resolves when nothing runs any more. */
  done: Promise<void>;
}

interface Monitor {
  stop(): void;
  settled: boolean;
  done: Promise<void>;
}

/** A kind that could not be listed for this long no longer holds up the others. */
const settleMs = 30_000;
/** Changes of kinds that come together are looked at together; where there are many kinds, looking takes a tenth of the time at most. */
const gatherMs = 50;
const gatherFactor = 10;
const definitionKinds = [
  { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
];

/** Runs until the context's signal aborts. */
export function watchAllKinds(context: Context, options: AllKindsOptions): AllKinds {
  const { client, log, clock, signal } = context;
  const { wanted, observe, gone, changed, rediscoverMs = 30_000 } = options;
  const monitors = new Map<string, Monitor>();
  let discovered = false;
  let due = clock.now();

  const startMonitor = (kind: KindReference): Monitor => {
    const stopping = new AbortController();
    const release = abortWith(stopping, signal);
    let uids = new Set<string>();
    const add = (object: KubeObject) => {
      uids.add(object.metadata.uid ?? '');
      observe(kind, object);
    };
    const sink = {
      replace(items: KubeObject[]) {
        const before = uids;
        uids = new Set();
        for (const item of items) add(item);
        for (const uid of before) if (!uids.has(uid)) gone(uid);
        settle();
      },
      change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) {
        if (type !== 'DELETED') add(object);
        else if (uids.delete(object.metadata.uid ?? '')) gone(object.metadata.uid ?? '');
      },
    };
    const settle = () => {
      monitor.settled = true;
      cancelSettle();
    };
    const cancelSettle = clock.after(settleMs, () => settle());
    const done = reflect<KubeObject>({ client, kind, log, clock, metadataOnly: true, signal: stopping.signal }, sink);
    const monitor: Monitor = {
      settled: false,
      done: done.finally(() => {
        cancelSettle();
        release();
      }),
      stop() {
        stopping.abort();
        for (const uid of uids) gone(uid);
      },
    };
    return monitor;
  };

  const discover = async (): Promise<void> => {
    const { resources, failures } = await client.discover({ signal });
    const kinds = new Map<string, KindReference>();
    for (const resource of resources) {
      if (resource.preferred && wanted(resource)) {
        const kind = { apiVersion: apiVersionOf(resource), kind: resource.kind };
        kinds.set(`${kind.apiVersion}/${groupResourceName(resource)}`, kind);
      }
    }
    let differs = false;
    for (const [key, monitor] of monitors) {
      const isUnknown = failures.some(({ groupVersion }) => key.startsWith(`${groupVersion}/`));
      if (kinds.has(key) || isUnknown) continue;
      monitors.delete(key);
      monitor.stop();
      differs = true;
    }
    for (const [key, kind] of kinds) {
      if (monitors.has(key)) continue;
      monitors.set(key, startMonitor(kind));
      differs = true;
    }
    discovered = true;
    if (differs) changed();
  };
  let wake = new AbortController();
  let tookMs = 0;
  const keepDiscovering = async (): Promise<void> => {
    while (!signal.aborted) {
      const waitMs = due - clock.now();
      if (waitMs > 0) {
        wake = new AbortController();
        const release = abortWith(wake, signal);
        await sleep(clock, waitMs, wake.signal);
        release();
        continue;
      }
      const began = clock.now();
      due = began + rediscoverMs;
      try {
        await discover();
        tookMs = clock.now() - began;
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, 'kinds could not be discovered');
        due = clock.now() + 1000;
      }
    }
  };
  const soon = () => {
    due = Math.min(due, clock.now() + Math.max(gatherMs, gatherFactor * tookMs));
    wake.abort();
  };
  const watchDefinitions = async (kind: KindReference): Promise<void> => {
    if (!(await client.resourceFor(kind).catch(() => undefined))) return;
    await reflect({ client, kind, log, clock, signal, metadataOnly: true }, { replace: soon, change: soon });
  };

  const hasSettled = () => discovered && [...monitors.values()].every((monitor) => monitor.settled);
  const running = [keepDiscovering(), ...definitionKinds.map(watchDefinitions)];
  return {
    hasSettled,
    async settled() {
      while (!signal.aborted && !hasSettled()) await sleep(clock, 10, signal);
    },
    done: Promise.all(running).then(async () => {
      await Promise.all([...monitors.values()].map(({ done }) => done));
    }),
  };
}
