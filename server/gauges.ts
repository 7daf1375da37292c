/** What is as it is when somebody asks for metrics: requests under way, objects stored. */
import { groupResourceName } from '../schemas/group-version.js';
import type { Family } from './exposition.js';
import type { FlowControl } from './flow-control/flow-control.js';
import type { Registry } from './registry.js';
import type { Resource } from './resource.js';

export function gaugesOf({ readOnly, mutating }: FlowControl, registry: Registry): Family[] {
  const budgets = [
    { labels: { request_kind: 'readOnly' }, budget: readOnly },
    { labels: { request_kind: 'mutating' }, budget: mutating },
  ];
  const stored = storedOnce(registry.all('root'));
  return [
    {
      name: 'apiserver_current_inflight_requests',
      type: 'gauge',
      help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      samples: budgets.map(({ labels, budget }) => ({ labels, value: budget.running })),
    },
    {
      name: 'apiserver_current_inqueue_requests',
      type: 'gauge',
      help: 'Maximal number of queued requests in this apiserver per request kind in last second.',
      samples: budgets.map(({ labels, budget }) => ({ labels, value: budget.waiting })),
    },
    {
      name: 'apiserver_storage_objects',
      type: 'gauge',
      help: 'Number of stored objects at the time of last check split by kind.',
      samples: stored.map(({ storedGr, cacher }) => ({ labels: { resource: groupResourceName(storedGr) }, value: cacher.size })),
    },
    {
      name: 'apiserver_resource_objects',
      type: 'gauge',
      help: 'Number of stored objects at the time of last check split by kind.',
      samples: stored.map(({ storedGr: { group, resource }, cacher }) => ({ labels: { group, resource }, value: cacher.size })),
    },
  ];
}

/** Versions of a kind are stored together. */
function storedOnce(resources: readonly Resource[]): Resource[] {
  const byPrefix = new Map(resources.filter(({ kind }) => kind.storage).map((resource) => [resource.cacher.prefix, resource]));
  return [...byPrefix.values()];
}
