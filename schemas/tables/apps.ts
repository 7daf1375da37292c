/** The tables of apps (rest.md §8.5). */
import { groupResourceName, parseApiVersion } from '../group-version.js';
import type { JsonObject } from '../json-value.js';
import { column, wide, text, integer, items, labels, selector, type KindColumns } from './column.js';
import { NAME, AGE, WIDE_TEMPLATE } from './metadata-columns.js';

export const APPS: KindColumns = {
  Deployment: [
    NAME,
    column('Ready', 'string', 'Number of the pod with ready state', readyOfWanted),
    column(
      'Up-to-date',
      'string',
      'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
      (o) => integer(o, 'status.updatedReplicas'),
    ),
    column(
      'Available',
      'string',
      'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
      (o) => integer(o, 'status.availableReplicas'),
    ),
    AGE,
    ...WIDE_TEMPLATE,
    wide(
      'Selector',
      'string',
      "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
      deploymentSelector,
    ),
  ],
  ReplicaSet: [
    NAME,
    column(
      'Desired',
      'integer',
      'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
      (o) => integer(o, 'spec.replicas'),
    ),
    column(
      'Current',
      'integer',
      'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
      (o) => integer(o, 'status.replicas'),
    ),
    column('Ready', 'integer', 'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.', (o) =>
      integer(o, 'status.readyReplicas'),
    ),
    AGE,
    ...WIDE_TEMPLATE,
    wide(
      'Selector',
      'string',
      "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      (o) => selector(o, 'spec.selector'),
    ),
  ],
  StatefulSet: [NAME, column('Ready', 'string', 'Number of the pod with ready state', readyOfWanted), AGE, ...WIDE_TEMPLATE],
  DaemonSet: [
    NAME,
    column(
      'Desired',
      'integer',
      'The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
      (o) => integer(o, 'status.desiredNumberScheduled'),
    ),
    column(
      'Current',
      'integer',
      'The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
      (o) => integer(o, 'status.currentNumberScheduled'),
    ),
    column(
      'Ready',
      'integer',
      'numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.',
      (o) => integer(o, 'status.numberReady'),
    ),
    column('Up-to-date', 'integer', 'The total number of nodes that are running updated daemon pod', (o) =>
      integer(o, 'status.updatedNumberScheduled'),
    ),
    column(
      'Available',
      'integer',
      'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)',
      (o) => integer(o, 'status.numberAvailable'),
    ),
    column(
      'Node Selector',
      'string',
      "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
      (o) => labels(o, 'spec.template.spec.nodeSelector'),
    ),
    AGE,
    ...WIDE_TEMPLATE,
    wide(
      'Selector',
      'string',
      "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      (o) => selector(o, 'spec.selector'),
    ),
  ],
  ControllerRevision: [
    NAME,
    column('Controller', 'string', 'Controller of the object', controllerOf),
    column('Revision', 'string', 'Revision indicates the revision of the state represented by Data.', (o) => integer(o, 'revision')),
    AGE,
  ],
};

function readyOfWanted(object: JsonObject): string {
  return `${integer(object, 'status.readyReplicas')}/${integer(object, 'spec.replicas')}`;
}

/** Unlike elsewhere an empty selector shows as nothing. */
function deploymentSelector(deployment: JsonObject): string {
  const shown = selector(deployment, 'spec.selector');
  return shown === '<none>' ? '' : shown === '<error>' ? '<invalid>' : shown;
}

function controllerOf(object: JsonObject): string {
  const owner = items(object, 'metadata.ownerReferences').find((reference) => reference['controller'] === true);
  if (!owner) return '<none>';
  const group = parseApiVersion(text(owner, 'apiVersion'))?.group ?? '';
  return `${groupResourceName({ group, resource: text(owner, 'kind') }).toLowerCase()}/${text(owner, 'name')}`;
}
