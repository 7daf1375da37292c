/** An APIService for every group and version that this server itself serves: built-in ones from the start, those of custom resources while a definition has them (F). */
import type { GroupVersion } from '../../schemas/group-version.js';
import { collectionPrefix, parseKey, resourcePrefix } from '../../storage/keys.js';
import type { Entry } from '../../storage/entry.js';
import type { Api } from '../api.js';
import { storedObject } from '../codec.js';
import { goSeconds } from '../time.js';
import { drop, ensure, type OwnObject } from './ensure.js';

const API_SERVICES = { group: 'apiregistration.k8s.io', resource: 'apiservices' };
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';
/** Of custom resources: far behind the built-in groups, ordered among themselves by their names. */
const CUSTOM_PRIORITY: Priority = { group: 1000, version: 100 };

interface Priority {
  group: number;
  version: number;
}

const GROUP_PRIORITIES: Readonly<Record<string, number>> = {
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'apiextensions.k8s.io': 16700,
  'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'internal.apiserver.k8s.io': 16000,
  'resource.k8s.io': 15900,
  'storagemigration.k8s.io': 15800,
};

/** Of a group and version that this server serves. */
export function priorityOf(group: string, version: string): Priority {
  const inGroup = GROUP_PRIORITIES[group] ?? CUSTOM_PRIORITY.group;
  if (group === '') return { group: inGroup, version: 1 };
  if (version.includes('alpha')) return { group: inGroup, version: 9 };
  return { group: inGroup, version: version.includes('beta') ? 12 : 15 * Number(version.slice(1)) };
}

const nameOf = (group: string, version: string): string => `${version}.${group}`;

function own(group: string, version: string, priority: Priority, automanaged: string, now: number): OwnObject {
  return {
    kind: 'APIService',
    apiVersion: 'apiregistration.k8s.io/v1',
    metadata: { name: nameOf(group, version), labels: { [AUTOMANAGED]: automanaged } },
    spec: { ...(group !== '' && { group }), version, groupPriorityMinimum: priority.group, versionPriority: priority.version },
    status: {
      conditions: [
        {
          type: 'Available',
          status: 'True',
          lastTransitionTime: goSeconds(now),
          reason: 'Local',
          message: 'Local APIServices are always available',
        },
      ],
    },
  };
}

/** Of the built-in groups; the one that serves APIServices has none. */
export function builtinApiServices(api: Api): OwnObject[] {
  const made = new Map<string, OwnObject>();
  for (const { gvk } of api.registry.builtins()) {
    if (gvk.group === API_SERVICES.group) continue;
    const { group, version } = gvk;
    made.set(nameOf(group, version), own(group, version, priorityOf(group, version), 'onstart', api.chance.now()));
  }
  return [...made.values()];
}

/**
 * Keeps those of custom resources in step with what is served, in every cluster; returns what ends it. Who deletes or edits one finds it as
 * it was; one without the label is somebody's own and stays as it is (F2).
 */
export function followCustomApiServices(api: Api): () => void {
  let work = Promise.resolve();
  /** Clusters whose turn is still to come: one look sees all that has changed until then. */
  const due = new Set<string>();
  /** Entries that are as they should be. */
  const right = new WeakSet<Entry>();
  const settle = (cluster: string): void => {
    if (due.has(cluster)) return;
    due.add(cluster);
    work = work
      .then(() => {
        due.delete(cluster);
        return settleCluster(api, cluster, right);
      })
      .catch(() => {});
  };
  settle('root');
  const prefix = resourcePrefix(API_SERVICES);
  const watcher = api.store.cacher(prefix).watch({
    prefix,
    onEvents: (events) => {
      for (const { type, entry } of events)
        if (type === 'DELETED' || entry.labels[AUTOMANAGED] === 'true') settle(parseKey(entry.key).cluster);
    },
    onClose: () => {},
  });
  watcher.resume();
  const unfollow = api.registry.onChange(settle);
  return () => {
    watcher.stop();
    unfollow();
  };
}

async function settleCluster(api: Api, cluster: string, right: WeakSet<Entry>): Promise<void> {
  const wanted = new Map<string, GroupVersion>();
  for (const gv of api.registry.announced(cluster)) wanted.set(nameOf(gv.group, gv.version), gv);
  const cacher = api.store.cacher(resourcePrefix(API_SERVICES));
  const { entries } = cacher.list({ prefix: collectionPrefix(API_SERVICES, cluster) });
  const managed = new Map<string, Entry>();
  for (const entry of entries) if (entry.labels[AUTOMANAGED] === 'true') managed.set(parseKey(entry.key).name, entry);
  const gone = [...managed].filter(([name]) => !wanted.has(name)).map(([, entry]) => storedObject(entry) as OwnObject);
  await Promise.all([
    ...gone.map((object) => drop(api, cluster, object)),
    ...[...wanted].map(async ([name, { group, version }]) => {
      const entry = managed.get(name);
      if (entry && right.has(entry)) return;
      const object = own(group, version, CUSTOM_PRIORITY, 'true', api.chance.now());
      await ensure(api, cluster, object, { ours: entry ? ['spec'] : [] });
      if (entry && cacher.get(entry.key) === entry) right.add(entry);
    }),
  ]);
}
