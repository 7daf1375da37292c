import type { OwnObject } from './ensure.js';

const CRITICAL = 2_000_000_000;

const own = (name: string, value: number, description: string): OwnObject => ({
  kind: 'PriorityClass',
  apiVersion: 'scheduling.k8s.io/v1',
  metadata: { name },
  value,
  description,
});

/** Those that Kubernetes' own pods have. */
export const PRIORITY_CLASSES: readonly OwnObject[] = [
  own('system-node-critical', CRITICAL + 1000, 'Used for system critical pods that must not be moved from their current node.'),
  own(
    'system-cluster-critical',
    CRITICAL,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ),
];
